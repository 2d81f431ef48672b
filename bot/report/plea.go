package report

import "unicode/utf8"

// Plea is the text of the issue that stands in for a pull request which Actions
// may not open, in at most room characters: what to click, the setting, and the
// report. Address is the page that opens the pull request.
func Plea(r Report, address string, room int) string {
	head := "> [!IMPORTANT]\n> " + homeLink("**Open the pull request**", address) + ": all is pushed and judged, but GitHub Actions may not do that here.\n" +
		"> To let them from now on, tick \"Allow GitHub Actions to create and approve pull requests\" under Settings → Actions → General " +
		"(the organisation's setting comes first), or give nixferry an app's or a personal `token`.\n\n"
	return head + Markdown(r, room-utf8.RuneCountInString(head))
}
