package cluster

import "github.com/nats-io/nats-server/v2/server"

// A Role is what a connection to NATS is for. It selects the subjects that the
// connection uses, and in the embedded server those that it may use.
type Role int

// The roles.
const (
	RoleWorker Role = iota // executes shards
	RoleServer             // coordinates runs
)

// serverPermissions let a server call workers and hear them. docs/security.md
// lists the same subjects for the operators of other NATS servers.
func serverPermissions() *server.Permissions {
	return &server.Permissions{
		Publish: &server.SubjectPermission{
			Allow: []string{askSubject, workerSubject("*", "*"), workerInbox + ".>"},
		},
		Subscribe: &server.SubjectPermission{
			Allow: []string{helloSubject("*"), reportsSubject("*"), serverInbox + ".>"},
		},
	}
}

// workerPermissions let one worker say hello, hear what it is asked, answer once
// and report. All of it is bound to its id.
func workerPermissions(id string) *server.Permissions {
	return &server.Permissions{
		Publish: &server.SubjectPermission{
			Allow: []string{helloSubject(id), reportPrefix + "*.*." + id},
		},
		Subscribe: &server.SubjectPermission{
			Allow: []string{askSubject, workerSubject(id, "*"), workerInbox + "." + id + ".>"},
		},
		Response: &server.ResponsePermission{MaxMsgs: 1, Expires: replyWithin},
	}
}
