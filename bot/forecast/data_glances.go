package forecast

// glances are services of which no rule is known but that a step is worth a
// look at the release notes.
var glances = []row{
	asked("1.38", look("ZoneMinder", "zoneminder.service", "/var/lib/zoneminder", second, notes2611, "zoneminder")),
	asked("2", look("Komodo", "komodo-periphery.service", "/var/lib/komodo-periphery", first, "https://github.com/moghtech/komodo/releases/tag/v2.0.0", "komodo")),
	asked("1.31", look("Temporal", "temporal.service", "/var/lib/temporal", second, "https://docs.temporal.io/self-hosted-guide/upgrade-server", "temporal")),
	asked("18", look("Teleport", "teleport.service", "/var/lib/teleport", first, notes2511, "teleport")),
	asked("13", look("Prosody", "prosody.service", "/var/lib/prosody", first, notes2511, "prosody")),
	asked("2", look("Zigbee2MQTT", "zigbee2mqtt.service", "/var/lib/zigbee2mqtt", first, notes2511, "zigbee2mqtt")),
	asked("0.25", look("slskd", "slskd.service", "/var/lib/slskd", second, "https://github.com/slskd/slskd/releases", "slskd")),
	look("Forgejo", "forgejo.service", "/var/lib/forgejo", first, "https://forgejo.org/docs/latest/admin/upgrade/", "forgejo", "forgejo-lts"),
	look("Gitea", "gitea.service", "/var/lib/gitea", second, "https://docs.gitea.com/installation/upgrade-from-gitea", "gitea"),
	look("UniFi", "unifi.service", "/var/lib/unifi", first, notes2605, "unifi-controller"),
	look("Docker", "docker.service", "/var/lib/docker", first, notes2511, "docker", "moby"),
	look("containerd", "containerd.service", "/var/lib/containerd", first, "https://containerd.io/releases/", "containerd"),
	look("OpenSearch", "opensearch.service", "/var/lib/opensearch", first, "https://docs.opensearch.org/latest/migrate-or-upgrade/", "opensearch"),
	look("InfluxDB", "influxdb*.service", "/var/lib/influxdb2", first, "https://docs.influxdata.com/influxdb/v2/install/upgrade/", "influxdb", "influxdb2-server", "influxdb2"),
	look("Cassandra", "cassandra.service", "/var/lib/cassandra", first, "https://cassandra.apache.org/doc/latest/cassandra/tools/sstable/sstableupgrade.html", "cassandra"),
	look("CouchDB", "couchdb.service", "/var/lib/couchdb", first, "https://docs.couchdb.org/en/stable/install/upgrading.html", "couchdb"),
	look("Valkey", "redis-*.service", "/var/lib/redis", first, "https://valkey.io/topics/migration/", "valkey"),
	look("Samba", "samba*.service", "/var/lib/samba", second, "https://wiki.samba.org/index.php/Updating_Samba", "samba"),
	look("Kerberos", "kadmind.service", "/var/lib/krb5kdc", second, "https://web.mit.edu/kerberos/krb5-latest/doc/admin/database.html", "krb5", "heimdal"),
	look("Mastodon", "mastodon-*.service", "/var/lib/mastodon", second, "https://docs.joinmastodon.org/admin/upgrading/", "mastodon"),
	look("Lemmy", "lemmy.service", "/var/lib/lemmy", second, "https://join-lemmy.org/docs/administration/administration.html", "lemmy-server"),
	look("PeerTube", "peertube.service", "/var/lib/peertube", first, "https://docs.joinpeertube.org/install/any-os", "peertube"),
	look("Akkoma", "akkoma.service", "/var/lib/akkoma", second, "https://docs.akkoma.dev/stable/administration/updating/", "akkoma"),
	look("Discourse", "discourse.service", "/var/lib/discourse", second, "https://meta.discourse.org/c/announcements/67", "discourse"),
	look("Zammad", "zammad-*.service", "/var/lib/zammad", first, "https://docs.zammad.org/en/latest/install/update.html", "zammad"),
	look("Outline", "outline.service", "/var/lib/outline", first, "https://docs.getoutline.com/s/hosting/doc/updating-Yqs2RkTpUx", "outline"),
	look("Vaultwarden", "vaultwarden.service", "/var/lib/vaultwarden", second, "https://github.com/dani-garcia/vaultwarden/wiki/Updating-the-vaultwarden-image", "vaultwarden"),
	look("Miniflux", "miniflux.service", "/var/lib/postgresql", second, "https://miniflux.app/docs/upgrade.html", "miniflux"),
	look("FreshRSS", "freshrss-*.service", "/var/lib/freshrss", second, "https://freshrss.github.io/FreshRSS/en/admins/04_Updating.html", "freshrss", "FreshRSS"),
	look("ZITADEL", "zitadel.service", "/var/lib/postgresql", first, "https://zitadel.com/docs/self-hosting/manage/updating_scaling", "zitadel"),
	look("Wiki.js", "wiki-js.service", "/var/lib/wiki-js", first, "https://docs.requarks.io/install/upgrade", "wiki-js"),
	look("PhotoPrism", "photoprism.service", "/var/lib/photoprism", first, "https://docs.photoprism.app/getting-started/updates/", "photoprism"),
	look("Firefly III", "firefly-iii-*.service", "/var/lib/firefly-iii", second, "https://docs.firefly-iii.org/how-to/firefly-iii/upgrade/general/", "firefly-iii"),
	look("Navidrome", "navidrome.service", "/var/lib/navidrome", second, "https://github.com/navidrome/navidrome/releases", "navidrome"),
	look("Sonarr", "sonarr.service", "/var/lib/sonarr", first, "https://github.com/Sonarr/Sonarr/releases", "sonarr"),
	look("Radarr", "radarr.service", "/var/lib/radarr", first, "https://github.com/Radarr/Radarr/releases", "radarr"),
	look("Lidarr", "lidarr.service", "/var/lib/lidarr", first, "https://github.com/Lidarr/Lidarr/releases", "lidarr"),
	look("Prowlarr", "prowlarr.service", "/var/lib/prowlarr", first, "https://github.com/Prowlarr/Prowlarr/releases", "prowlarr"),
}

// look is a row without a rule.
func look(service, unit, dir string, line func(version) version, source string, names ...string) row {
	return row{
		service: service, units: []string{unit}, names: names,
		line: line, severity: Note,
		rule:   "Check the release notes: whether this step migrates its data for good is not known here.",
		back:   "Keep a backup from before, in case the old version does not read the data any more.",
		usual:  []string{dir},
		source: source,
	}
}

// asked narrows a row to the version at which the release notes of NixOS ask
// for a look.
func asked(at string, r row) row {
	r.at = []string{at}
	r.rule = "NixOS' release notes ask to read the project's upgrade notes before this step; keep a backup."
	return r
}
