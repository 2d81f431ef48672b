package report

import (
	"fmt"
	"hash/crc32"
	"regexp"
)

// anchorRunes is how much of a host's name its anchor holds.
const anchorRunes = 40

// outsideAnchor is what an address's fragment does not hold as it is.
var outsideAnchor = regexp.MustCompile(`[^A-Za-z0-9_-]+`)

// HostAnchor returns the id that the row of a host has in the report's
// Markdown, for the end of an address: "#" and this. GitHub prefixes ids of
// such HTML with "user-content-", and its pages find them without that.
// https://github.com/gjtorikian/html-pipeline
func HostAnchor(name string) string {
	clean := outsideAnchor.ReplaceAllString(name, "-")
	if clean == name && len(name) <= anchorRunes {
		return "host-" + name
	}
	// Another name may look the same by now.
	return fmt.Sprintf("host-%.*s-%08x", anchorRunes, clean, crc32.ChecksumIEEE([]byte(name)))
}

// anchor is what an address that ends in [HostAnchor] leads to.
func anchor(host string) string { return `<a id="` + HostAnchor(host) + `"></a>` }
