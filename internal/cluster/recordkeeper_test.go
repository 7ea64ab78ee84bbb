package cluster

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aurea-orchestrator/aurea"
)

// A log expires when no server has asked for it for keepRecords, since its
// shard was acknowledged.
func TestRecordsExpire(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var k recordKeeper
		k.keep("exec", aurea.NewJobLog(aurea.MaxJobs), 1)
		time.Sleep(2 * keepRecords)
		if k.get("exec") == nil {
			t.Fatal("the log expired before its shard was acknowledged")
		}
		k.expire("exec")
		time.Sleep(keepRecords - 1)
		if k.get("exec") == nil {
			t.Fatal("the log expired early")
		}
		time.Sleep(keepRecords - 1)
		if k.get("exec") == nil {
			t.Fatal("the log expired although it was asked for")
		}
		time.Sleep(keepRecords + 1)
		if k.get("exec") != nil {
			t.Error("the log did not expire")
		}
		k.wait()
	})
}

// The oldest logs give way: to their number, and to the number of records.
func TestRecordsGiveWay(t *testing.T) {
	var k recordKeeper
	for i := range maxKeptLogs + 1 {
		k.keep(fmt.Sprint(i), aurea.NewJobLog(aurea.MaxJobs), 1)
	}
	if k.get("0") != nil || k.get("1") == nil {
		t.Errorf("%d logs are kept, want the last %d", len(k.logs), maxKeptLogs)
	}
	k.keep("large", aurea.NewJobLog(aurea.MaxJobs), aurea.MaxJobs)
	if len(k.logs) != 1 || k.get("large") == nil {
		t.Errorf("%d logs are kept beside the large one", len(k.logs)-1)
	}
	k.keep("empty", nil, 0)
	if k.get("empty") != nil || k.get("large") == nil {
		t.Error("a shard without records replaced one with records")
	}
	k.forgetAll()
	k.wait()
}

// A worker that is asked for records that it does not have says so.
func TestRecordsOfNobody(t *testing.T) {
	var k recordKeeper
	ask, err := Encode(&RecordsAsk{Exec: NewID()})
	if err != nil {
		t.Fatal(err)
	}
	for _, request := range [][]byte{ask, []byte("{}")} {
		data, err := k.serve(request)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := decodeRecords(data, 0, nil); err == nil {
			t.Errorf("%s was answered with records", request)
		}
	}
}
