package toplevel

import (
	"fmt"
	"io/fs"
	"os"
	"strings"
	"testing"
)

// large is a system with a thousand units, half with a drop-in, half with a
// script, and three thousand commands.
func large() world {
	w := unitsAt(map[string]string{"multi-user.target": "[Unit]\nDescription=Multi-User System\n", "default.target": "-> multi-user.target"})
	w["nixos-version"] = "25.11.bench"
	for i := range 1000 {
		unit := fmt.Sprintf("service-%d.service", i)
		file := "/nix/store/~unit-" + unit + "/" + unit
		w["/nix/store/~system-units/"+unit] = "-> " + file
		w["/nix/store/~system-units/multi-user.target.wants/"+unit] = "-> ../" + unit
		w[file] = fmt.Sprintf(`[Unit]
After=network.target service-%d.service
Description=Service number %d
Documentation=https://example.org/%d man:service(8)
Requires=network.target
X-Restart-Triggers=/nix/store/~X-Restart-Triggers-service-%d

[Service]
Environment="LOCALE_ARCHIVE=/nix/store/~glibc-locales-2.40-66/lib/locale/locale-archive"
Environment="PATH=/nix/store/~coreutils-9.8/bin:/nix/store/~findutils-4.10.0/bin:/nix/store/~gnugrep-3.12/bin:/nix/store/~gnused-4.9/bin:/nix/store/~systemd-258.2/bin"
Environment="TZDIR=/nix/store/~tzdata-2025b/share/zoneinfo"
ExecStart=/nix/store/~service-%d-1.2.3/bin/service --config /etc/service-%d.conf
ExecStartPre=/nix/store/~unit-script-service-%d-pre-start/bin/service-%d-pre-start
CapabilityBoundingSet=
DynamicUser=true
LockPersonality=true
MemoryDenyWriteExecute=true
NoNewPrivileges=true
PrivateTmp=true
ProtectSystem=strict
Restart=on-failure
RestartSec=5
StateDirectory=service-%d
SystemCallFilter=@system-service
SystemCallFilter=~@privileged @resources

[Install]
WantedBy=multi-user.target
`, i/2, i, i, i, i, i, i, i, i)
		if i%2 == 0 {
			w["/nix/store/~system-units/"+unit+".d/overrides.conf"] = "[Service]\nNice=5\n"
			script := fmt.Sprintf("service-%d-pre-start", i)
			w["/nix/store/~unit-script-"+script+"/bin/"+script] = "#!/bin/sh\n" + strings.Repeat("mkdir -p /var/lib/service\n", 80)
		} else {
			w[fmt.Sprintf("/nix/store/~service-%d-1.2.3/bin/service", i)] = "\x7fELF" + strings.Repeat("\x00", 10_000)
		}
		for j := range 3 {
			w[fmt.Sprintf("sw/bin/command-%d-%d", i, j)] = fmt.Sprintf("-> /nix/store/~package-%d-1.0/bin/command", i)
		}
	}
	return w
}

func BenchmarkRead(b *testing.B) {
	files := large().fs()
	dir := b.TempDir() + "/root"
	if err := os.CopyFS(dir, files); err != nil {
		b.Fatal(err)
	}
	for name, fsys := range map[string]fs.FS{"memory": files, "disk": os.DirFS(dir)} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				got, err := Read(fsys, hashed(top))
				if err != nil || len(got.Units) != 1002 || len(got.Commands) != 3000 || len(got.Scripts) != 500 {
					b.Fatal(err, len(got.Units), len(got.Commands), len(got.Scripts))
				}
			}
		})
	}
}
