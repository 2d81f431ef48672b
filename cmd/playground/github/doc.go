// Package github is a GitHub in one process, for tests and for the demo: the
// REST operations nixferry uses, git over HTTP, and the pull requests as web
// pages, all over real bare repositories in a directory.
//
// What git can know comes from git: heads, commits, files, merge bases and
// conflicts are asked of the repositories at every request, so a push from
// anywhere is seen. The rest (issues, pull requests, labels, statuses) lives
// in memory and dies with the server.
//
// Every request and every answer is held against GitHub's own OpenAPI
// description (testdata/openapi). What does not fit, and every call that is
// not part of the description, is a violation: answered 500 and kept for
// [Server.Violations], which every test should find empty at its end. So it is
// with the mutations of the GraphQL API and its schema (testdata/graphql).
//
// One call goes this way: the log opens an entry, the fault rules have their
// say, the router finds the operation, the token is checked against what the
// operation needs, the request against the description; then the operation's
// handler runs under the server's one lock and returns a value, which is
// completed and checked as the answer.
package github
