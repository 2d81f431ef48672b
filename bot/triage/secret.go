package triage

import "github.com/nixferry/nixferry/bot/pattern"

// secrets are what must not get from a log into a finding: tokens of GitHub
// and GitLab, passwords in URLs, and the values of settings and headers that
// hold either.
// https://docs.github.com/en/authentication/keeping-your-account-and-data-secure/about-authentication-to-github#githubs-token-formats
var secrets = []struct {
	sign pattern.Pattern
	with string
}{
	{pattern.New(`(?i)(access-tokens\s*[=:]).*`), "$1 ***"},
	{pattern.New(`(?i)((?:proxy-)?authorization["']?\s*[=:]).*`), "$1 ***"},
	{pattern.New(`(?i)((?:bearer|basic)\s+)[A-Za-z0-9+/_.=~-]{8,}`), "$1***"},
	{pattern.New(`(?i)github_pat_\w*`), "***"},
	{pattern.New(`(?i)gh[a-z]_\w+`), "***"},
	{pattern.New(`(?i)glpat-[\w-]+`), "***"},
	{pattern.New(`(://)[^\s/@'"]*@`), "$1***@"},
	{pattern.New(`(?i)([?&](?:access_|private_)?token=)[^\s&'"]+`), "$1***"},
}

// withoutSecrets blots out what looks like a credential.
func withoutSecrets(text string) string {
	for _, s := range secrets {
		text = s.sign().ReplaceAllString(text, s.with)
	}
	return text
}
