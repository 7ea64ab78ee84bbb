package cluster

import (
	"crypto/rand"
	"strconv"
	"strings"
)

// The subjects. <id> is a worker's, <exec> an execution's; both are unguessable.
//
//	aurea.hello.<id>                                  worker → all servers, its state
//	aurea.ask                                         server → all workers: say hello
//	aurea.w.<id>.{file,prepare,clock,order,records,attach} server → one worker, a request
//	aurea.r.<exec>.<shard>.<id>                       worker → coordinator, a request
//	_INBOX_S.<server>.>                               answers to a server
//	_INBOX_W.<id>.>                                   answers to a worker
//
// The worker's id ends its own subjects, so that the permissions of a connection
// can hold it to them: it cannot say hello or report for another worker.
const (
	helloPrefix  = "aurea.hello."
	askSubject   = "aurea.ask"
	workerPrefix = "aurea.w."
	reportPrefix = "aurea.r."
	serverInbox  = "_INBOX_S"
	workerInbox  = "_INBOX_W"
)

// What a server asks of one worker: the last token of the subject.
const (
	askFile    = "file"
	askPrepare = "prepare"
	askClock   = "clock"
	askOrder   = "order"
	askRecords = "records"
	askAttach  = "attach"
)

// helloSubject is where a worker says what it does.
func helloSubject(worker string) string { return helloPrefix + worker }

// workerSubject is where a server asks one worker for something: one of
// askPrepare and its kin, or "*" for a worker that listens to all of them.
func workerSubject(worker, what string) string { return workerPrefix + worker + "." + what }

// reportSubject is where a worker reports on a shard of an execution.
func reportSubject(exec string, shard int, worker string) string {
	return reportPrefix + exec + "." + strconv.Itoa(shard) + "." + worker
}

// reportsSubject matches the reports of all shards of an execution.
func reportsSubject(exec string) string { return reportPrefix + exec + ".*.*" }

// parseReportSubject is the inverse of reportSubject.
func parseReportSubject(subject string) (exec string, shard int, worker string, ok bool) {
	tokens := strings.Split(subject, ".")
	if len(tokens) != 5 || tokens[0]+"."+tokens[1]+"." != reportPrefix {
		return "", 0, "", false
	}
	shard, err := strconv.Atoi(tokens[3])
	if err != nil || shard < 0 || strconv.Itoa(shard) != tokens[3] {
		return "", 0, "", false
	}
	return tokens[2], shard, tokens[4], true
}

// NewID returns an id for a worker, a server or an execution: 26 characters that
// cannot be guessed.
func NewID() string { return rand.Text() }
