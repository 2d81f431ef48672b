package forecast

import "github.com/nixferry/nixferry/bot/toplevel"

// The release notes of NixOS, where several rules stand.
const (
	notes2511 = "https://nixos.org/manual/nixos/unstable/release-notes#sec-release-25.11"
	notes2605 = "https://nixos.org/manual/nixos/unstable/release-notes#sec-release-26.05"
	notes2611 = "https://nixos.org/manual/nixos/unstable/release-notes#sec-release-26.11"
)

// databases are the rules for databases, queues, caches and directories.
var databases = []row{
	{
		service: "PostgreSQL",
		units:   []string{"postgresql.service"}, names: []string{"postgresql", "postgresql-and-plugins"}, command: "psql",
		line: firstSince(10), severity: Blocked, keyed: true,
		rule:   "A new major does not read the old one's data: move it with pg_upgrade or a dump.",
		back:   "The old generation reads the old data directory; what was written under the new major stays behind.",
		usual:  []string{"/var/lib/postgresql"},
		source: "https://nixos.org/manual/nixos/stable/#module-services-postgres-upgrading",
		more:   clusterMove,
	},
	{
		service: "MariaDB",
		units:   []string{"mysql.service"}, names: []string{"mariadb-server", "mariadb"}, command: "mysqld",
		line: second, severity: OneWay,
		rule:   "The new series upgrades the data in place (mariadb-upgrade).",
		back:   "Going to an older series on upgraded data is not supported: restore a dump from before.",
		usual:  []string{"/var/lib/mysql"},
		source: "https://mariadb.com/kb/en/downgrading-between-major-versions-of-mariadb/",
	},
	{
		service: "MySQL",
		units:   []string{"mysql.service"}, names: []string{"mysql"}, command: "mysqld",
		line: second, severity: OneWay,
		rule:   "The new series upgrades the data in place at its first start.",
		back:   "There is no downgrade in place: restore a dump from before.",
		usual:  []string{"/var/lib/mysql"},
		source: notes2605,
	},
	{
		service: "MongoDB",
		units:   []string{"mongodb.service"}, names: []string{"mongodb", "mongodb-ce"}, command: "mongod",
		line: firstSince(5), severity: Staged,
		skips:   stops(firstSince(5), "3.6", "4.0", "4.2", "4.4", "5", "6", "7", "8"),
		rule:    "Before: featureCompatibilityVersion must be that of the old version. After, when all is well: raise it with setFeatureCompatibilityVersion.",
		skipped: "MongoDB upgrades one major at a time, and this step leaves one out: it refuses to start on the older data.",
		back:    "The old generation starts as long as featureCompatibilityVersion was not raised; afterwards restore a dump.",
		usual:   []string{"/var/db/mongodb"},
		source:  "https://www.mongodb.com/docs/manual/reference/command/setFeatureCompatibilityVersion/",
	},
	{
		service: "Elasticsearch",
		units:   []string{"elasticsearch.service"}, names: []string{"elasticsearch"},
		line: first, severity: OneWay, skips: oneMajor,
		rule:    "A new major converts what it opens, and reads only indices made in the major before it.",
		skipped: "Elasticsearch reads only indices made in the major before its own, and this step leaves one out.",
		back:    "Downgrades in place are not supported: restore a snapshot taken before.",
		usual:   []string{"/var/lib/elasticsearch"},
		source:  "https://www.elastic.co/guide/en/elasticsearch/reference/7.8/setup-upgrade.html",
	},
	{
		service: "Neo4j",
		units:   []string{"neo4j.service"}, names: []string{"neo4j"},
		line: first, severity: OneWay,
		rule:   "Majors of Neo4j are not compatible with one another; the store may have to be migrated by hand.",
		back:   "Restore a dump taken with the older major.",
		usual:  []string{"/var/lib/neo4j"},
		source: "https://neo4j.com/docs/migration-guide/current/",
	},
	{
		service: "ClickHouse",
		units:   []string{"clickhouse.service"}, names: []string{"clickhouse"},
		line: first, severity: Note,
		rule:   "ClickHouse keeps reading its older data.",
		back:   "A version less than a year older works again only while no new feature was used.",
		usual:  []string{"/var/lib/clickhouse"},
		source: "https://clickhouse.com/docs/operations/update",
	},
	{
		service: "Redis",
		units:   []string{"redis.service", "redis-*.service"}, names: []string{"redis"},
		line: first, severity: Note,
		rule:   "Redis reads the dump files of its older versions.",
		back:   "An older version may refuse a dump file that a newer one wrote, and then does not start: keep a copy of dump.rdb.",
		usual:  []string{"/var/lib/redis"},
		source: "https://github.com/sripathikrishnan/redis-rdb-tools/blob/master/docs/RDB_Version_History.textile",
	},
	{
		service: "Meilisearch",
		units:   []string{"meilisearch.service"}, names: []string{"meilisearch"},
		line: second, severity: Staged,
		rule:   "A database of Meilisearch fits only the version that made it: make a dump with the old version and import it into the new one, unless the new one is set to upgrade by itself.",
		back:   "Import the dump into the old version.",
		usual:  []string{"/var/lib/meilisearch"},
		source: "https://www.meilisearch.com/docs/resources/migration/updating",
	},
	{
		service: "OpenLDAP",
		units:   []string{"openldap.service"}, names: []string{"openldap"},
		line: second, at: []string{"2.5", "2.7"}, severity: Staged,
		rule:   "The database format changes: export with the old slapcat before, load with the new slapadd after.",
		back:   "Load the export with the old slapadd.",
		usual:  []string{"/var/lib/openldap", "/etc/openldap"},
		source: "https://www.openldap.org/doc/admin27/appendix-upgrading.html",
	},
	{
		service: "etcd",
		units:   []string{"etcd.service"}, names: []string{"etcd"},
		line: second, severity: OneWay, skips: oneMinor,
		rule:    "The cluster moves to the new minor once every member runs it.",
		skipped: "etcd upgrades one minor at a time, and this step leaves one out.",
		back:    "Restore a snapshot (etcdctl snapshot) taken before, once all members ran the new minor.",
		usual:   []string{"/var/lib/etcd"},
		source:  "https://etcd.io/docs/latest/upgrades/",
	},
	{
		service: "RabbitMQ",
		units:   []string{"rabbitmq.service"}, names: []string{"rabbitmq-server"}, command: "rabbitmqctl",
		line: second, severity: Staged, skips: stops(second, "3.13", "4.2"),
		rule:    "Before: enable all stable feature flags on the old version (rabbitmqctl enable_feature_flag all), or the new one may refuse to start.",
		skipped: "The new version needs the feature flags of a version in between (3.13 before 4.x, 4.2 before 4.3), and this step leaves it out: it refuses to start.",
		back:    "Feature flags cannot be disabled again; export definitions and drain the queues before.",
		usual:   []string{"/var/lib/rabbitmq"},
		source:  "https://www.rabbitmq.com/docs/feature-flags",
	},
	{
		service: "Apache Kafka",
		units:   []string{"apache-kafka.service"}, names: []string{"apache-kafka-2.12", "apache-kafka-2.13", "apache-kafka"},
		line: first, at: []string{"4"}, severity: Staged,
		rule:   "ZooKeeper mode is gone from Kafka 4: a cluster that still uses it must move to KRaft on 3.9 before.",
		back:   "A cluster that moved to KRaft for good does not go back to ZooKeeper.",
		usual:  []string{"/tmp/kafka-logs"},
		source: notes2611,
	},
	{
		service: "Ceph",
		units:   []string{"ceph-mon-*.service", "ceph-mgr-*.service", "ceph-osd-*.service", "ceph-mds-*.service"}, names: []string{"ceph"}, command: "ceph",
		line: first, severity: OneWay,
		rule:   "Upgrades of the servers are one-way: read Ceph's upgrade steps, and go machine by machine.",
		back:   "Downgrading an OSD is known to break it.",
		usual:  []string{"/var/lib/ceph"},
		source: notes2605,
	},
}

// clusterMove says where the two majors look for their data.
func clusterMove(before, after *toplevel.Unit) string {
	was, is := variables(before)["PGDATA"], variables(after)["PGDATA"]
	switch {
	case was == "" || is == "":
		return ""
	case was == is:
		return " Both look in " + was + ", so the new one refuses to start if the old one's data is there."
	default:
		return " The new one looks in " + is + ", not " + was + ": unless you moved the data, it starts with an empty cluster."
	}
}
