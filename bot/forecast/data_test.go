package forecast

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nixferry/nixferry/bot/toplevel"
)

const store = "/nix/store/" + hash + "-"

// having is a system with services, written as name, key, value, key, value …
func having(services ...[]string) *toplevel.Toplevel {
	t := &toplevel.Toplevel{Units: map[string]*toplevel.Unit{}}
	for _, service := range services {
		keys := map[string][]string{}
		for pair := range slices.Chunk(service[1:], 2) {
			keys[pair[0]] = append(keys[pair[0]], pair[1])
		}
		t.Units[service[0]] = &toplevel.Unit{Name: service[0], Sections: toplevel.Sections{"Service": keys}}
	}
	return t
}

func theRow(t *testing.T, service string) row {
	t.Helper()
	i := slices.IndexFunc(allRows(), func(r row) bool { return r.service == service })
	if i < 0 {
		t.Fatalf("there is no row %q", service)
	}
	return allRows()[i]
}

func TestFind(t *testing.T) {
	for _, test := range []struct {
		name, service string
		system        *toplevel.Toplevel
		unit, version string
	}{
		{"what it executes", "MariaDB", having([]string{"mysql.service", "ExecStart", store + "mariadb-server-11.4.8/bin/mysqld"}), "mysql.service", "11.4.8"},
		{"an at sign before it", "Nix", having([]string{"nix-daemon.service", "ExecStart", "@" + store + "nix-2.31.2/bin/nix-daemon nix-daemon --daemon"}), "nix-daemon.service", "2.31.2"},
		{"plugins", "PostgreSQL", having([]string{"postgresql.service", "ExecStart", store + "postgresql-and-plugins-16.10/bin/postgres"}), "postgresql.service", "16.10"},
		{"the search path", "PostgreSQL", having([]string{"postgresql.service", "ExecStart", store + "unit-script-postgresql-start", "Environment", `"PATH=` + store + "coreutils-8.32/bin:" + store + `postgresql-9.6.19/bin"`}), "postgresql.service", "9.6.19"},
		{"what it executes goes first", "Redis", having([]string{"redis-main.service", "Environment", "OLD=" + store + "redis-6.2.0", "ExecStart", store + "redis-8.2.3/bin/redis-server"}), "redis-main.service", "8.2.3"},
		{"the working directory", "GitLab", having([]string{"gitlab.service", "ExecStart", store + "bundle/bin/puma", "WorkingDirectory", store + "gitlab-18.5.1/share/gitlab"}), "gitlab.service", "18.5.1"},
		{"what follows the version", "Nextcloud", having([]string{"nextcloud-cron.service", "ExecStart", store + "php-8.3.27/bin/php -f " + store + "nextcloud-31.0.5-with-apps/cron.php"}), "nextcloud-cron.service", "31.0.5"},
		{"Scala's version before its own", "Apache Kafka", having([]string{"apache-kafka.service", "ExecStart", "java -cp " + store + "apache-kafka-2.13-4.1.0/libs/*"}), "apache-kafka.service", "4.1.0"},
		{"another package of that unit", "MySQL", having([]string{"mysql.service", "ExecStart", store + "mariadb-server-11.4.8/bin/mysqld"}), "mysql.service", ""},
		{"a longer name", "Jellyfin", having([]string{"jellyfin.service", "ExecStart", store + "jellyfin-web-10.11.3/bin/x"}), "jellyfin.service", ""},
		{"another unit with the package", "PostgreSQL", having([]string{"backup.service", "ExecStart", store + "postgresql-16.10/bin/pg_dump"}), "", ""},
		{"a path outside the store", "Jellyfin", having([]string{"jellyfin.service", "ExecStart", "/opt/jellyfin-10.11.3/bin/jellyfin"}), "jellyfin.service", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := theRow(t, test.service).find(test.system)
			if got.unit() != test.unit || got.version != test.version {
				t.Errorf("got unit %q and version %q, want %q and %q", got.unit(), got.version, test.unit, test.version)
			}
		})
	}
}

func TestFindAsksTheCommand(t *testing.T) {
	script := []string{"rabbitmq.service", "ExecStart", store + "unit-script-rabbitmq-start"}
	system := having(script)
	system.Userland = map[string]string{"rabbitmqctl": "rabbitmq-server-4.1.4"}
	r := theRow(t, "RabbitMQ")
	if got := r.find(system); got.version != "4.1.4" || got.unit() != "rabbitmq.service" {
		t.Errorf("got %+v, want 4.1.4 from sw/bin", got)
	}
	system.Units = nil
	if got := r.find(system); got.version != "" {
		t.Errorf("a command without a unit shows %+v in use", got)
	}
	masked := having(script)
	masked.Units["rabbitmq.service"].Masked = true
	if got := r.find(masked); len(got.units) > 0 {
		t.Errorf("a masked unit shows %+v in use", got)
	}
}

// running is a system whose service runs a script.
func running(unit, key, script string) *toplevel.Toplevel {
	path := store + "unit-script-" + unit + "/bin/start"
	system := having([]string{unit, key, "@-" + path + " start"})
	system.Scripts = map[string]string{path: "#!" + store + "bash-5.3p3/bin/bash\nset -e\n\n" + script + "\n"}
	return system
}

func TestFindReadsScripts(t *testing.T) {
	cron := store + "php-8.3.27/bin/php -f " + store + "nextcloud-31.0.9-with-apps/cron.php"
	both := running("jellyfin.service", "ExecStartPre", store+"jellyfin-10.10.7/bin/old")
	both.Units["jellyfin.service"].Sections["Service"]["Environment"] = []string{"NOW=" + store + "jellyfin-10.11.3"}
	elsewhere := running("backup.service", "ExecStart", cron)
	elsewhere.Units["nextcloud-cron.service"] = having([]string{"nextcloud-cron.service", "ExecStart", store + "hidden/bin/x"}).Units["nextcloud-cron.service"]
	nested := running("nextcloud-cron.service", "ExecStart", store+"nested/bin/x")
	nested.Scripts[store+"nested/bin/x"] = cron
	for _, test := range []struct {
		name, service string
		system        *toplevel.Toplevel
		want          string
	}{
		{"what a script runs", "Nextcloud", running("nextcloud-cron.service", "ExecStart", cron), "31.0.9"},
		{"a path in quotes", "Nextcloud", running("nextcloud-setup.service", "ExecStart", `cd "`+store+`nextcloud-31.0.9"`), "31.0.9"},
		{"a tool of that name", "Nextcloud", running("nextcloud-setup.service", "ExecStart", store+"nextcloud-occ/bin/nextcloud-occ upgrade"), ""},
		{"what runs before the service", "Zammad", running("zammad-web.service", "ExecStartPre", "cp -r "+store+"zammad-6.5.2/* ."), "6.5.2"},
		{"a script of the package's module", "Firefly III", running("firefly-iii-setup.service", "ExecStart", store+"firefly-iii-6.2.21/artisan cache:clear"), "6.2.21"},
		{"what the unit names goes first", "Jellyfin", both, "10.11.3"},
		{"another unit's script", "Nextcloud", elsewhere, ""},
		{"a script that a script runs", "Nextcloud", nested, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := theRow(t, test.service).find(test.system); got.version != test.want || len(got.units) != 1 {
				t.Errorf("got %q of %d units, want %q", got.version, len(got.units), test.want)
			}
		})
	}
}

func TestNextcloudInScripts(t *testing.T) {
	nextcloud := func(version, release string) *toplevel.Toplevel {
		system := running("nextcloud-cron.service", "ExecStart", store+"php-8.3.27/bin/php -f "+store+"nextcloud-"+version+"-with-apps/cron.php")
		system.NixosVersion = release
		return system
	}
	for _, test := range []struct {
		name     string
		from, to *toplevel.Toplevel
		want     string // within the rule, "" for silence
		severity Severity
	}{
		{"the next major", nextcloud("31.0.9", "25.11.1.a"), nextcloud("32.0.2", "26.05.1.b"), "migrates database and files", OneWay},
		{"the one after", nextcloud("31.0.9", "25.11.1.a"), nextcloud("33.0.0", "26.05.1.b"), "this step leaves one out", Blocked},
		{"back", nextcloud("32.0.2", "26.05.1.b"), nextcloud("31.0.9", "25.11.1.a"), "The version goes down", Blocked},
		{"held by stateVersion", nextcloud("31.0.9", "25.11.1.a"), nextcloud("31.0.9", "26.05.1.b"), "It stays 31: ", Note},
		{"a patch of the major", nextcloud("31.0.9", "25.11.1.a"), nextcloud("31.0.10", "25.11.2.b"), "It stays 31: ", Note},
		{"nothing new", nextcloud("31.0.9", "25.11.1.a"), nextcloud("31.0.9", "25.11.2.b"), "", ""},
		{"hidden afterwards", nextcloud("31.0.9", "25.11.1.a"), nextcloud("unknown", "26.05.1.b"), "", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := migrations(test.from, test.to)
			if test.want == "" && len(got) == 0 {
				return
			}
			if len(got) != 1 || got[0].Severity != test.severity || test.want == "" || !strings.Contains(got[0].Rule, test.want) {
				t.Errorf("got %+v, want %q", got, test.want)
			}
		})
	}
}

func TestServicesThatComeAndGo(t *testing.T) {
	lxd := having([]string{"lxd.service", "ExecStart", store + "lxd-lts-5.21.3/bin/lxd", "StateDirectory", "lxd"})
	jellyfin := having([]string{"jellyfin.service", "ExecStart", store + "jellyfin-10.11.3/bin/jellyfin"})
	hidden := having([]string{"jellyfin.service", "ExecStart", store + "unit-script-jellyfin-start"})
	for _, test := range []struct {
		name          string
		before, after *toplevel.Toplevel
		want          string // how the rule begins, "" for silence
		severity      Severity
	}{
		{"lxd goes", lxd, having(), "NixOS 25.11 dropped LXD", Staged},
		{"jellyfin goes", jellyfin, having(), "It is no longer part of the system.", Note},
		{"jellyfin comes", having(), jellyfin, "It is new here", Note},
		{"the version is hidden afterwards", jellyfin, hidden, "", ""},
		{"the version is hidden before", hidden, jellyfin, "", ""},
		{"hidden and gone", hidden, having(), "", ""},
		{"never there", having(), having(), "", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := migrations(test.before, test.after)
			if test.want == "" && len(got) == 0 {
				return
			}
			if len(got) != 1 || got[0].Severity != test.severity || test.want == "" || !strings.HasPrefix(got[0].Rule, test.want) {
				t.Errorf("got %+v, want %q", got, test.want)
			}
		})
	}
}

func TestDowngrades(t *testing.T) {
	for _, test := range []struct {
		service, from, to string
		want              Severity
	}{
		{"PostgreSQL", "17.6", "16.10", Blocked},
		{"Jellyfin", "10.11.3", "10.10.7", Blocked},
		{"Nextcloud", "33.0.1", "31.0.2", Blocked},
		{"Redis", "8.2.3", "7.2.11", Note},
		{"Vaultwarden", "1.35.0", "1.34.3", Note},
	} {
		t.Run(test.service, func(t *testing.T) {
			r := theRow(t, test.service)
			got := migrations(serving(r, test.from), serving(r, test.to))
			if len(got) != 1 || got[0].Severity != test.want || !got[0].Down || !strings.HasPrefix(got[0].Rule, "The version goes down") {
				t.Errorf("got %+v, want one downgrade, %q", got, test.want)
			}
		})
	}
}

func TestKeyedVersionsStay(t *testing.T) {
	r := theRow(t, "PostgreSQL")
	got := migrations(serving(r, "9.6.19"), serving(r, "9.6.24"))
	if len(got) != 1 || got[0].Severity != Note || !strings.HasPrefix(got[0].Rule, "It stays 9.6: ") {
		t.Errorf("got %+v, want a note that 9.6 stays", got)
	}
	before, after := serving(r, "16.10"), serving(r, "16.10")
	if got := migrations(before, after); len(got) > 0 {
		t.Errorf("the same version gives %+v", got)
	}
	before.NixosVersion, after.NixosVersion = "25.11.20260115.d9bb282", "26.05.20260121.af91bbc"
	if got := migrations(before, after); len(got) != 1 || !strings.HasPrefix(got[0].Rule, "It stays 16: ") {
		t.Errorf("the same version in another release gives %+v, want a note that 16 stays", got)
	}
}

func TestPostgreSQLNamesItsDirectories(t *testing.T) {
	cluster := func(version, dir string) *toplevel.Toplevel {
		return having([]string{"postgresql.service", "ExecStart", store + "postgresql-" + version + "/bin/postgres", "Environment", `"PGDATA=` + dir + `"`})
	}
	for _, test := range []struct{ name, was, is, want string }{
		{"each its own", "/var/lib/postgresql/16", "/var/lib/postgresql/17", "The new one looks in /var/lib/postgresql/17, not /var/lib/postgresql/16: unless you moved the data, it starts with an empty cluster."},
		{"one for both", "/data/pg", "/data/pg", "Both look in /data/pg, so the new one refuses to start if the old one's data is there."},
		{"not told", "", "/data/pg", "with pg_upgrade or a dump."},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := migrations(cluster("16.10", test.was), cluster("17.6", test.is))
			if len(got) != 1 || !strings.HasSuffix(got[0].Rule, test.want) {
				t.Errorf("got %+v, want %q at the end", got, test.want)
			}
			if test.was != "" && !cmp.Equal(got[0].Backup, []Backup{{Path: test.was}}) {
				t.Errorf("got backup %+v, want %s", got[0].Backup, test.was)
			}
		})
	}
}

func TestBackup(t *testing.T) {
	usual := row{usual: []string{"/var/lib/usual"}}
	for _, test := range []struct {
		name string
		unit []string
		want []Backup
	}{
		{"nothing told", nil, []Backup{{"/var/lib/usual", true}}},
		{"state directories", []string{"StateDirectory", "postgresql postgresql/16", "StateDirectory", "a:b"}, []Backup{{Path: "/var/lib/a"}, {Path: "/var/lib/postgresql"}}},
		{"a name that begins with another", []string{"ReadWritePaths", "/srv/a /srv/a-b /srv/a/c"}, []Backup{{Path: "/srv/a"}, {Path: "/srv/a-b"}}},
		{"optional paths", []string{"ReadWritePaths", "-/srv/media/ +/srv/b"}, []Backup{{Path: "/srv/b"}, {Path: "/srv/media"}}},
		{"variables", []string{"Environment", `"PGDATA=/data/pg" "MEILI_DB_PATH=/data/meili" "LC_ALL=C"`, "Environment", "FORGEJO_WORK_DIR=/data/forgejo"}, []Backup{{Path: "/data/forgejo"}, {Path: "/data/meili"}, {Path: "/data/pg"}}},
		{"the working directory", []string{"WorkingDirectory", "/srv/app"}, []Backup{{Path: "/srv/app"}}},
		{"no data", []string{"WorkingDirectory", "/", "ReadWritePaths", "/run/x /var/lib /var/cache/y /tmp /dev/z", "WorkingDirectory", "~", "StateDirectory", "redis-%i", "WorkingDirectory", store + "gitlab-18.5.1"}, []Backup{{"/var/lib/usual", true}}},
	} {
		t.Run(test.name, func(t *testing.T) {
			system := having(append([]string{"x.service"}, test.unit...))
			got := usual.backup([]*toplevel.Unit{system.Units["x.service"]})
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("mismatch (-want +got):\n%s", diff)
			}
		})
	}
}

func TestVolumes(t *testing.T) {
	system := func(kernel, crypttab, filesystem string) *toplevel.Toplevel {
		return &toplevel.Toplevel{
			Boot:   toplevel.Boot{Kernel: store + "linux-" + kernel + "/bzImage", KernelVersion: kernel},
			Texts:  map[string]string{"crypttab": crypttab},
			Mounts: []toplevel.Mount{{Device: "/dev/sda2", Point: "/data", Type: filesystem}},
		}
	}
	const tpm = "root /dev/sda3 none tpm2-device=auto\n"
	for _, test := range []struct {
		name          string
		before, after *toplevel.Toplevel
		want          []string
	}{
		{"bcachefs", system("6.12.58", "", "bcachefs"), system("6.18.3", "", "bcachefs"), []string{"bcachefs"}},
		{"bcachefs on the same kernel", system("6.12.58", "", "bcachefs"), system("6.12.58", "", "bcachefs"), nil},
		{"no longer bcachefs", system("6.12.58", "", "bcachefs"), system("6.18.3", "", "ext4"), nil},
		{"tpm", system("6.12.58", tpm, "ext4"), system("6.18.3", tpm, "ext4"), []string{"LUKS with TPM2"}},
		{"tpm on the same kernel", system("6.12.58", tpm, "ext4"), system("6.12.58", tpm, "ext4"), nil},
		{"a key file", system("6.12.58", "root /dev/sda3 /key\n", "ext4"), system("6.18.3", "root /dev/sda3 /key\n", "ext4"), nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			var got []string
			for _, m := range migrations(test.before, test.after) {
				got = append(got, m.Service)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("mismatch (-want +got):\n%s", diff)
			}
		})
	}
}
