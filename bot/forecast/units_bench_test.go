package forecast_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/nixferry/nixferry/bot/forecast"
)

// BenchmarkCompare compares two systems of 1,000 units each, all of which were
// built again: every second is a new version, every tenth another setting.
func BenchmarkCompare(b *testing.B) {
	archive := &txtar.Archive{}
	for n := range 1000 {
		for _, side := range []string{"before", "after"} {
			archive.Files = append(archive.Files, txtar.File{
				Name: fmt.Sprintf("%s/app-%d.service", side, n), Data: []byte(service(side, n)),
			})
		}
	}
	before, after := side(b, archive, "before"), side(b, archive, "after")
	for b.Loop() {
		if got := len(forecast.Compare(before, after).Units.Restarted); got != 1000 {
			b.Fatalf("%d units are restarted, want 1000", got)
		}
	}
}

// service is a unit as NixOS writes one.
func service(side string, n int) string {
	store := "/nix/store/" + strings.Repeat(side[:1], 32) + "-"
	version := n % 2
	if side == "after" {
		version *= 2
	}
	user := "app"
	if n%10 == 0 {
		user = side
	}
	var path []string
	for _, tool := range []string{"coreutils-9.7", "findutils-4.10.0", "gnugrep-3.11", "gnused-4.9", "systemd-257.9"} {
		path = append(path, store+tool+"/bin", store+tool+"/sbin")
	}
	return fmt.Sprintf(`[Unit]
After=network.target postgresql.service
Description=Service %d
X-Reload-Triggers=%sX-Reload-Triggers-app

[Service]
Environment="LOCALE_ARCHIVE=%sglibc-locales-2.40-66/lib/locale/locale-archive"
Environment="PATH=%s"
ExecStart=%sapp-1.%d/bin/app --config %sapp.conf
ExecStartPre=%sunit-script-app-pre-start/bin/app-pre-start
User=%s
ProtectSystem=strict
NoNewPrivileges=true
`, n, store, store, strings.Join(path, ":"), store, version, store, store, user)
}
