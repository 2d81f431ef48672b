package triage

import "regexp"

// secrets are what must not get from a log into a finding: tokens of GitHub
// and GitLab, passwords in URLs, and the values of settings and headers that
// hold either.
// https://docs.github.com/en/authentication/keeping-your-account-and-data-secure/about-authentication-to-github#githubs-token-formats
var secrets = []struct {
	sign *regexp.Regexp
	with string
}{
	{regexp.MustCompile(`(?i)(access-tokens\s*[=:]).*`), "$1 ***"},
	{regexp.MustCompile(`(?i)((?:proxy-)?authorization["']?\s*[=:]).*`), "$1 ***"},
	{regexp.MustCompile(`(?i)((?:bearer|basic)\s+)[A-Za-z0-9+/_.=~-]{8,}`), "$1***"},
	{regexp.MustCompile(`(?i)github_pat_\w*`), "***"},
	{regexp.MustCompile(`(?i)gh[a-z]_\w+`), "***"},
	{regexp.MustCompile(`(?i)glpat-[\w-]+`), "***"},
	{regexp.MustCompile(`(://)[^\s/@'"]*@`), "$1***@"},
	{regexp.MustCompile(`(?i)([?&](?:access_|private_)?token=)[^\s&'"]+`), "$1***"},
}

// withoutSecrets blots out what looks like a credential.
func withoutSecrets(text string) string {
	for _, s := range secrets {
		text = s.sign.ReplaceAllString(text, s.with)
	}
	return text
}
