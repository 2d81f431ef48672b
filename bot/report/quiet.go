package report

// quietly is all a report says of a run that had nothing to judge.
func (r Report) quietly(style style) string {
	if r.Blocked {
		return "Not renewed: " + style.text(r.Quiet)
	}
	return "Nothing to do: " + style.text(r.Quiet)
}

// quietNote is the whole Markdown of such a report, with the pull request
// there is.
func (r Report) quietNote() document {
	kind := "NOTE"
	if r.Blocked {
		kind = "WARNING"
	}
	text := "> [!" + kind + "]\n> " + r.quietly(onGitHub) + "\n"
	if r.Pull != nil && r.Pull.URL != "" {
		text += "> " + homeLink("the pull request", r.Pull.URL) + "\n"
	}
	for _, remark := range r.ages(onGitHub) {
		text += ">\n> **" + remark.lead + "** " + remark.text + "\n"
	}
	return document{{blocks: []block{{items: []item{{rankHost, "", text}}}}}}
}
