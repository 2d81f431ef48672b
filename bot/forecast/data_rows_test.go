package forecast

import (
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/nixferry/nixferry/bot/toplevel"
)

// hash stands for the hash of every store path of the tests.
const hash = "0123456789abcdfghijklmnpqrsvwxyz"

// serving is a system on which a row's first unit executes its first package.
func serving(r row, version string) *toplevel.Toplevel {
	name := strings.ReplaceAll(r.units[0], "*", "main")
	return &toplevel.Toplevel{Units: map[string]*toplevel.Unit{name: {Name: name, Sections: toplevel.Sections{
		"Service": {"ExecStart": {"/nix/store/" + hash + "-" + r.names[0] + "-" + version + "/bin/daemon --flag"}},
	}}}}
}

func allRows() []row { return slices.Concat(databases, applications, platforms, glances) }

// steps has for each row of the table a step that it speaks of, and one that it
// has nothing to say about (but that the version stays, if it is keyed).
var steps = map[string]struct {
	from, to string
	want     Severity
	quiet    string
}{
	"Akkoma":                    {"3.15.2", "3.16.0", Note, "3.15.3"},
	"Apache Kafka":              {"3.9.1", "4.1.0", Staged, "3.10.0"},
	"Authelia":                  {"4.38.19", "4.39.4", OneWay, "4.38.20"},
	"Cassandra":                 {"4.1.9", "5.0.2", Note, "4.2.0"},
	"Ceph":                      {"19.2.3", "20.2.0", OneWay, "19.4.0"},
	"ClickHouse":                {"25.3.6.56-lts", "26.2.1.1-stable", Note, "25.8.1.1-lts"},
	"CouchDB":                   {"3.5.0", "4.0.0", Note, "3.6.0"},
	"Discourse":                 {"3.4.7", "3.5.0", Note, "3.4.8"},
	"Docker":                    {"27.5.1", "28.5.1", Note, "27.6.0"},
	"Dovecot":                   {"2.3.21.1", "2.4.1", OneWay, "2.3.22"},
	"Elasticsearch":             {"7.17.27", "8.18.0", OneWay, "7.18.0"},
	"Firefly III":               {"6.2.21", "6.4.0", Note, "6.2.22"},
	"Forgejo":                   {"11.0.7", "13.0.2", Note, "11.1.0"},
	"FreshRSS":                  {"1.26.3", "1.27.1", Note, "1.26.4"},
	"GitLab":                    {"18.5.1", "18.8.2", OneWay, "18.5.4"},
	"GitLab container registry": {"4.24.0", "4.30.1", Note, "4.24.1"},
	"Gitea":                     {"1.24.7", "1.25.2", Note, "1.24.8"},
	"Grafana":                   {"12.2.1", "13.0.0", Note, "12.3.0"},
	"Home Assistant":            {"2026.5.4", "2026.8.1", Note, "2026.7.4"},
	"Immich":                    {"1.135.3", "2.3.1", OneWay, "1.136.0"},
	"InfluxDB":                  {"1.10.7", "2.7.12", Note, "1.11.0"},
	"Jellyfin":                  {"10.10.7", "10.11.3", OneWay, "10.10.8"},
	"Kanidm":                    {"1.7.4", "1.8.2", OneWay, "1.7.5"},
	"Kerberos":                  {"1.21.3", "1.22.1", Note, "1.21.4"},
	"Keycloak":                  {"25.0.6", "26.4.2", OneWay, "25.1.0"},
	"Komodo":                    {"1.19.5", "2.0.0", Note, "1.20.0"},
	"Kubernetes":                {"1.33.4", "1.34.1", OneWay, "1.33.9"},
	"LXD":                       {"5.21.3", "6.1", Note, "5.22"},
	"Lemmy":                     {"0.19.13", "1.0.0", Note, "0.19.14"},
	"Lidarr":                    {"2.13.3.4711", "3.0.0.1", Note, "2.14.5.4836"},
	"MariaDB":                   {"10.11.13", "11.4.8", OneWay, "10.11.14"},
	"Mastodon":                  {"4.4.8", "4.5.2", Note, "4.4.9"},
	"Matrix Synapse":            {"1.140.0", "1.142.0", Note, "1.140.1"},
	"Mattermost":                {"10.11.6", "11.1.0", OneWay, "10.12.0"},
	"Meilisearch":               {"1.11.3", "1.24.0", Staged, "1.11.4"},
	"Miniflux":                  {"2.2.13", "2.3.0", Note, "2.2.14"},
	"MongoDB":                   {"7.0.25", "8.0.15", Staged, "7.0.26"},
	"MySQL":                     {"8.0.44", "8.4.7", OneWay, "8.0.45"},
	"Navidrome":                 {"0.58.0", "0.59.0", Note, "0.58.5"},
	"Neo4j":                     {"4.4.11", "5.26.1", OneWay, "4.5.0"},
	"NetBox":                    {"4.4.7", "4.5.2", OneWay, "4.4.8"},
	"Nextcloud":                 {"31.0.10", "32.0.2", OneWay, "31.0.11"},
	"Nix":                       {"2.31.2", "2.34.0", Note, "2.31.3"},
	"OpenLDAP":                  {"2.6.10", "2.7.1", Staged, "2.6.13"},
	"OpenSearch":                {"2.19.2", "3.3.0", Note, "2.20.0"},
	"Outline":                   {"0.87.4", "1.0.1", Note, "0.88.0"},
	"Paperless-ngx":             {"2.19.5", "3.0.2", OneWay, "2.20.0"},
	"PeerTube":                  {"7.3.0", "8.0.0", Note, "7.4.0"},
	"PhotoPrism":                {"231128", "250707", Note, "231128-f48ff16ef"},
	"PostgreSQL":                {"16.10", "17.6", Blocked, "16.11"},
	"Prosody":                   {"0.12.5", "13.0.2", Note, "0.13.0"},
	"Prowlarr":                  {"1.37.0", "2.1.5", Note, "1.38.0"},
	"RKE2":                      {"1.33.4+rke2r1", "1.34.1+rke2r1", OneWay, "1.33.9+rke2r1"},
	"RabbitMQ":                  {"3.13.7", "4.2.0", Staged, "3.13.8"},
	"Radarr":                    {"5.27.5", "6.0.4", Note, "5.28.0"},
	"Redis":                     {"7.2.11", "8.2.3", Note, "7.4.0"},
	"Samba":                     {"4.22.6", "4.23.3", Note, "4.22.7"},
	"Sonarr":                    {"4.0.15", "5.0.1", Note, "4.1.0"},
	"Stalwart":                  {"0.13.4", "0.15.5", Note, "0.14.1"},
	"Teleport":                  {"17.7.2", "18.3.1", Note, "17.8.0"},
	"Temporal":                  {"1.29.1", "1.31.0", Note, "1.30.2"},
	"UniFi":                     {"9.5.21", "10.0.160", Note, "9.6.0"},
	"Valkey":                    {"8.1.4", "9.0.0", Note, "8.2.0"},
	"Vaultwarden":               {"1.34.3", "1.35.0", Note, "1.34.4"},
	"Vikunja":                   {"0.24.6", "1.0.0", OneWay, "0.25.0"},
	"Wiki.js":                   {"2.5.308", "3.0.0", Note, "2.6.0"},
	"ZITADEL":                   {"2.71.7", "4.6.0", Note, "2.72.0"},
	"Zammad":                    {"6.5.2", "7.0.0", Note, "6.6.0"},
	"Zigbee2MQTT":               {"1.42.0", "2.6.3", Note, "1.43.0"},
	"ZoneMinder":                {"1.36.36", "1.38.0", Note, "1.37.0"},
	"authentik":                 {"2026.2.1", "2026.5.3", OneWay, "2026.2.4"},
	"containerd":                {"1.7.28", "2.2.0", Note, "1.8.0"},
	"etcd":                      {"3.5.24", "3.6.6", OneWay, "3.5.25"},
	"k3s":                       {"1.33.4+k3s1", "1.34.2+k3s1", OneWay, "1.33.9+k3s1"},
	"libvirt":                   {"11.3.0", "11.9.0", Note, "12.1.0"},
	"slskd":                     {"0.24.0", "0.25.1", Note, "0.24.5"},
}

func TestRows(t *testing.T) {
	for _, r := range allRows() {
		t.Run(r.service, func(t *testing.T) {
			test, ok := steps[r.service]
			if !ok {
				t.Fatal("the row has no case here")
			}
			before := serving(r, test.from)
			before.NixosVersion = "25.05.813.ac62194c3917"
			after := serving(r, test.to)
			after.NixosVersion = "26.11.20261120.b6a8526"
			got := migrations(before, after)
			if len(got) != 1 || got[0].Severity != test.want || got[0].Before == got[0].After || got[0].Down {
				t.Errorf("%s → %s gives %+v, want one %q", test.from, test.to, got, test.want)
			}
			quiet := serving(r, test.quiet)
			quiet.NixosVersion = before.NixosVersion
			got = migrations(before, quiet)
			calm := len(got) == 1 && got[0].Severity == Note && strings.HasPrefix(got[0].Rule, "It stays ")
			if r.keyed && !calm || !r.keyed && len(got) > 0 {
				t.Errorf("%s → %s gives %+v, want silence", test.from, test.quiet, got)
			}
		})
	}
	if len(steps) != len(allRows()) {
		t.Errorf("there are %d steps for %d rows", len(steps), len(allRows()))
	}
}

// TestRowsAreComplete holds each row to what a reader needs.
func TestRowsAreComplete(t *testing.T) {
	seen := map[string]bool{}
	for _, r := range allRows() {
		link, err := url.Parse(r.source)
		if err != nil || link.Scheme != "https" || link.Host == "" {
			t.Errorf("%s: the source %q is no link", r.service, r.source)
		}
		if seen[r.service] || len(r.units) == 0 || len(r.names) == 0 || r.line == nil {
			t.Errorf("%s: stands there twice, or has no unit, package or line", r.service)
		}
		seen[r.service] = true
		for _, unit := range r.units {
			if !strings.HasSuffix(unit, ".service") {
				t.Errorf("%s: %s is no service", r.service, unit)
			}
		}
		for _, sentence := range []string{r.rule, r.back} {
			if !strings.HasSuffix(sentence, ".") {
				t.Errorf("%s: %q is no sentence", r.service, sentence)
			}
		}
		if (r.skips != nil) != (r.skipped != "") {
			t.Errorf("%s: steps that skip have no rule, or the rule no steps", r.service)
		}
		if strings.Contains(r.rule, "not known here") && (r.severity != Note || !strings.HasPrefix(r.rule, "Check the release notes")) {
			t.Errorf("%s: what is not known has the severity %q, or no advice", r.service, r.severity)
		}
	}
	if len(seen) < 42 {
		t.Errorf("the table has %d rows", len(seen))
	}
}

func TestSkippedVersions(t *testing.T) {
	for _, test := range []struct {
		service, from, to string
		blocked           bool
	}{
		{"Nextcloud", "31.0.2", "33.0.0", true},
		{"Nextcloud", "31.0.2", "32.0.0", false},
		{"GitLab", "18.2.1", "18.8.0", true},
		{"GitLab", "18.5.1", "18.8.0", false},
		{"GitLab", "18.8.1", "19.1.0", true},
		{"GitLab", "18.11.1", "19.1.0", false},
		{"GitLab", "17.1.0", "17.4.2", false},
		{"GitLab", "17.3.0", "17.5.2", false},
		{"GitLab", "17.3.0", "17.6.0", true},
		{"MongoDB", "4.4.29", "6.0.1", true},
		{"MongoDB", "4.4.29", "5.0.1", false},
		{"MongoDB", "4.0.1", "4.4.29", true},
		{"MongoDB", "6.0.20", "8.0.1", true},
		{"Elasticsearch", "6.8.0", "8.1.0", true},
		{"etcd", "3.4.37", "3.6.6", true},
		{"RabbitMQ", "3.12.14", "4.1.0", true},
		{"RabbitMQ", "3.13.7", "4.3.0", true},
		{"RabbitMQ", "4.2.1", "4.3.0", false},
		{"Immich", "1.131.3", "2.3.1", true},
		{"authentik", "2025.2.4", "2025.8.1", true},
		{"authentik", "2025.12.1", "2026.2.1", false},
		{"authentik", "2025.10.1", "2026.2.1", true},
		{"Kanidm", "1.6.4", "1.8.2", true},
		{"k3s", "1.32.1+k3s1", "1.34.1+k3s1", true},
	} {
		t.Run(test.service+" "+test.from+" "+test.to, func(t *testing.T) {
			r := allRows()[slices.IndexFunc(allRows(), func(r row) bool { return r.service == test.service })]
			got := migrations(serving(r, test.from), serving(r, test.to))
			if len(got) != 1 || (got[0].Severity == Blocked) != test.blocked || (got[0].Rule == r.skipped) != test.blocked {
				t.Errorf("got %+v, want blocked: %v", got, test.blocked)
			}
		})
	}
}
