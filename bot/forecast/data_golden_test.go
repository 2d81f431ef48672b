package forecast

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nixferry/nixferry/bot/toplevel"
)

var update = flag.Bool("update", false, "write the golden files anew")

// TestGolden is a server with much to lose: what is said of its data, its
// modules and the way back, as JSON.
func TestGolden(t *testing.T) {
	before := having(
		[]string{"postgresql.service", "ExecStart", store + "postgresql-and-plugins-16.8/bin/postgres", "Environment", "PGDATA=/var/lib/postgresql/16", "StateDirectory", "postgresql postgresql/16"},
		[]string{"jellyfin.service", "ExecStart", store + "jellyfin-10.10.7/bin/jellyfin --datadir /var/lib/jellyfin", "StateDirectory", "jellyfin", "WorkingDirectory", "/var/lib/jellyfin"},
		[]string{"nextcloud-cron.service", "ExecStart", store + "php-8.3.27/bin/php -f " + store + "nextcloud-31.0.5-with-apps/cron.php"},
		[]string{"mysql.service", "ExecStart", store + "mariadb-server-11.8.3/bin/mysqld"},
		[]string{"rabbitmq.service", "ExecStart", store + "rabbitmq-server-4.1.4/sbin/rabbitmq-server", "WorkingDirectory", "/var/lib/rabbitmq"},
		[]string{"lxd.service", "ExecStart", store + "lxd-lts-5.21.3/bin/lxd"},
		[]string{"vaultwarden.service", "ExecStart", store + "vaultwarden-1.34.3/bin/vaultwarden", "Environment", "DATA_FOLDER=/var/lib/vaultwarden"},
		[]string{"sshd.service", "ExecStart", store + "openssh-10.0p2/bin/sshd -D"},
	)
	before.Boot = toplevel.Boot{Kernel: store + "linux-6.12.58/bzImage", KernelVersion: "6.12.58"}
	before.Modules = []string{"linux-6.12.58-modules", "nvidia-x11-570.195.03-6.12.58-bin", "zfs-kernel-2.3.4-6.12.58"}
	before.Userland = map[string]string{"zfs": "zfs-user-2.3.4"}

	after := having(
		[]string{"postgresql.service", "ExecStart", store + "postgresql-and-plugins-16.11/bin/postgres", "Environment", "PGDATA=/var/lib/postgresql/16"},
		[]string{"jellyfin.service", "ExecStart", store + "jellyfin-10.11.3/bin/jellyfin --datadir /var/lib/jellyfin"},
		[]string{"nextcloud-cron.service", "ExecStart", store + "php-8.4.14/bin/php -f " + store + "nextcloud-33.0.0-with-apps/cron.php"},
		[]string{"mysql.service", "ExecStart", store + "mariadb-server-11.4.8/bin/mysqld"},
		[]string{"rabbitmq.service", "ExecStart", store + "rabbitmq-server-4.2.1/sbin/rabbitmq-server"},
		[]string{"vaultwarden.service", "ExecStart", store + "vaultwarden-1.35.0/bin/vaultwarden"},
		[]string{"sshd.service", "ExecStart", store + "openssh-10.2p1/bin/sshd -D"},
		[]string{"incus.service", "ExecStart", store + "incus-lts-6.0.5/bin/incusd"},
	)
	after.Boot = toplevel.Boot{Kernel: store + "linux-6.18.3/bzImage", KernelVersion: "6.18.3"}
	after.Modules = []string{"linux-6.18.3-modules", "nvidia-open-6.18.3-580.95.05", "zfs-kernel-2.4.0-6.18.3"}
	after.Userland = map[string]string{"zfs": "zfs-user-2.4.0"}
	after.Bootloader = "systemd-boot"

	s := Switch{Live: Refused, Data: migrations(before, after), Modules: modules(before, after)}
	got := struct {
		Data    []Migration `json:"data"`
		Modules []Module    `json:"modules"`
		Back    []string    `json:"back"`
	}{s.Data, s.Modules, s.wayBack(after)}
	var text bytes.Buffer
	enc := json.NewEncoder(&text)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(got); err != nil {
		t.Fatal(err)
	}
	golden := filepath.Join("testdata", "data.golden.json")
	if *update {
		if err := os.WriteFile(golden, text.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), text.String()); diff != "" {
		t.Errorf("mismatch (-want +got):\n%s", diff)
	}
}
