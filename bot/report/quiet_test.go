package report

// quietReport is that of a run with nothing to do.
func quietReport() Report {
	r := mixed()
	r.Hosts = nil
	r.Quiet = "neither main nor nixos-unstable has moved since the last run."
	r.Pull = &Pull{Number: 7, URL: "https://github.com/octo/fleet/pull/7", Operation: "none"}
	r.OldLock, r.StuckChannel = true, true
	return r
}

// quietAged is a quiet report of a channel that does not move.
func quietAged() Report {
	r := quietReport()
	r.Quiet = "main follows nixos-unstable, and its lock holds the newest revision."
	r.Pull, r.Base.Nixpkgs = nil, r.Head.Nixpkgs
	r.Inputs, r.Edits, r.Left = nil, nil, nil
	return r.Aged(r.Channel.Date.AddDate(0, 0, 40))
}

// blocked is a run that a person has to make room for.
func blocked() Report {
	r := quietReport()
	r.Quiet = "Ada Lovelace's commit 1111111 (Use quic on web) does not fit the newest bump."
	r.Blocked, r.OldLock, r.StuckChannel = true, false, false
	return r
}
