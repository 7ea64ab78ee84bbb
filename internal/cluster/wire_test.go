package cluster

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/aurea-orchestrator/aurea"
)

// messages returns one of each message, with all fields.
func messages(t testing.TB) []message {
	told := Estimate{Offset: -5, Bound: 3}
	return []message{
		&Hello{
			ID: "kT3x", Name: "one", Labels: map[string]string{"zone": "a"}, Protocol: Protocol, Version: "1.2", GoArch: "amd64",
			Boot: "b1", Host: "h1", Environment: aurea.Environment{CPU: "x", Cores: 4}.WithDigest(), Weight: 4,
			State: Running, Exec: "e1", Seq: 9,
		},
		&Hello{ID: "kT3x", Weight: 1, State: Idle},
		&Prepare{Exec: "e1", Epoch: 2, Shard: 1, Weights: []int{1, 2}, Plan: decodePlan(t, `{"num_jobs": 5}`)},
		&Reply{Problem: "busy"},
		&Reply{},
		&ClockAsk{Exec: "e1", Told: &told},
		&ClockAsk{Exec: "e1"},
		&ClockReply{Clock: -1 << 62},
		&Order{Exec: "e1", Epoch: 2, Seq: 1, Kind: OrderStart, At: 1 << 62, Lease: Lease},
		&Order{Exec: "e1", Epoch: 2, Seq: 2, Kind: OrderStop, At: 5},
		&Order{Exec: "e1", Epoch: 2, Seq: 3, Kind: OrderControl, At: 5,
			Control: &aurea.Control{Kind: aurea.ChangeLoad, Rate: 2.5, Concurrency: 3}},
		&Ack{Epoch: 2, Seq: 3, Clock: 7, Pace: time.Second, Lease: Lease},
		&Ack{Epoch: 2, Seq: 3, Refused: "the worker counts as lost"},
	}
}

// empty returns a new message of the same type.
func empty(m message) message { return reflect.New(reflect.TypeOf(m).Elem()).Interface().(message) }

func TestMessagesArriveAsTheyWereSent(t *testing.T) {
	for _, m := range messages(t) {
		data, err := Encode(m)
		if err != nil {
			t.Fatal(err)
		}
		got := empty(m)
		if err := Decode(data, got); err != nil {
			t.Fatalf("%s: %v", data, err)
		}
		if diff := cmp.Diff(m, got, cmp.AllowUnexported(aurea.Threshold{})); diff != "" {
			t.Errorf("%T (-sent +received):\n%s", m, diff)
		}
	}
}

// A newer worker must be listed, and its hello may have more fields. In all other
// messages an unknown field could change what a run measures.
func TestOnlyHelloMayHaveUnknownFields(t *testing.T) {
	for _, m := range messages(t) {
		data, err := Encode(m)
		if err != nil {
			t.Fatal(err)
		}
		_, hello := m.(*Hello)
		err = Decode([]byte(strings.Replace(string(data), "{", `{"news":1,`, 1)), empty(m))
		if string(data) == "{}" {
			err = Decode([]byte(`{"news":1}`), empty(m))
		}
		if (err == nil) != hello {
			t.Errorf("%T with an unknown field: %v", m, err)
		}
	}
}

func TestDecodeRefuses(t *testing.T) {
	for _, c := range []struct {
		into message
		data string
		want string
	}{
		{new(Reply), ``, "not a reply"},
		{new(Reply), `{"problem":""} {}`, "there is more behind it"},
		{new(Reply), `{"problem":"` + strings.Repeat("a", 201) + `"}`, "at most 200 bytes"},
		{new(Reply), `{"problem":"a\u0007"}`, "of text"},
		{new(Reply), `{"problem":"` + strings.Repeat(" ", maxMessage) + `"}`, "more than the 16384"},
		{new(Hello), `{"id":"a.b","weight":1,"state":"idle"}`, `id must be 1 to 64 letters, digits, - or _; got "a.b"`},
		{new(Hello), `{"id":"","weight":1,"state":"idle"}`, "id must be"},
		{new(Hello), `{"id":"a","weight":0,"state":"idle"}`, "weight must be"},
		{new(Hello), `{"id":"a","weight":1,"state":"asleep"}`, "state must be"},
		{new(Hello), `{"id":"a","weight":1,"state":"running"}`, "exec must be"},
		{new(Hello), `{"id":"a","weight":1,"state":"idle","name":"a\nb"}`, "name must be"},
		{new(ClockAsk), `{"exec":"a","told":{"offset":1,"bound":-1}}`, "told.bound"},
		{new(Ack), `{"lease":-1}`, "pace and lease must be"},
		{new(Order), `{"exec":"a","seq":0,"kind":"stop"}`, "seq must be"},
		{new(Order), `{"exec":"a","seq":1,"kind":"go"}`, "kind must be"},
		{new(Order), `{"exec":"a","seq":1,"kind":"start"}`, "lease must be"},
		{new(Order), `{"exec":"a","seq":1,"kind":"control"}`, "control must be given"},
		{new(Order), `{"exec":"a","seq":1,"kind":"stop","control":{"kind":"pause"}}`, "control must be given"},
		{new(Order), `{"exec":"a","seq":1,"kind":"control","control":{"kind":"stop"}}`, "control.kind must be"},
		{new(Order), `{"exec":"a","seq":1,"kind":"control","control":{"kind":"load","rate":-1}}`, "control must have"},
		{new(Prepare), `{"exec":"a","shard":0,"weights":[]}`, "shard must be one of"},
		{new(Prepare), `{"exec":"a","shard":2,"weights":[1,1]}`, "shard must be one of"},
		{new(Prepare), `{"exec":"a","shard":0,"weights":[0]}`, "a weight must be"},
		{new(Prepare), `{"exec":"a","shard":0,"weights":[1],"plan":{"jobs":1}}`, "plan.concurrency must be"},
	} {
		err := Decode([]byte(c.data), c.into)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", c.data[:min(len(c.data), 80)], err, c.want)
		}
	}
}

// What is not decoded is not sent either.
func TestEncodeRefuses(t *testing.T) {
	for _, m := range []message{
		&Order{Exec: "a", Seq: 1, Kind: "go"},
		&Hello{ID: "a", State: Idle},
		&Prepare{Exec: "a", Weights: []int{1}, Plan: aurea.Plan{Jobs: 1, Concurrency: 1, End: 1, Spec: aurea.Spec{
			Workload: &aurea.Workload{Kind: strings.Repeat("a", maxPrepare)},
		}}},
	} {
		if _, err := Encode(m); err == nil {
			t.Errorf("%T was encoded", m)
		}
	}
}

// Law: a plan, or a shard of it, arrives exactly as it was sent.
func TestPlansArriveExactly(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		document := rapid.SampledFrom(append([]string{
			`{"num_jobs": 7, "thresholds": ["p99 < 250ms", "error_rate <= 1%"], "labels": {"a": "<&>"}, "name": "ü"}`,
			`{"workload": {"kind": "http", "url": "http://127.0.0.1/?q=1&b=<2>", "headers": {"A": "b"}}, "rate": 0.1, "num_jobs": 3}`,
			`{"duration": "24h", "rate": 1e8, "seed": 18446744073709551615, "timeout": "1ns", "include_jobs": false}`,
		}, simulatedSpecs...)).Draw(t, "spec")
		plan := decodePlan(t, document)
		plan.Seed = rapid.Uint64().Draw(t, "seed")
		if rapid.Bool().Draw(t, "traced") {
			plan.Trace = &aurea.Trace{ID: [16]byte{1, 255}, Run: [8]byte{2}}
		}
		if rapid.Bool().Draw(t, "shard") {
			plan = plan.Shard(0, []int{2, 1, 3})
		}
		sent := Prepare{Exec: "e", Weights: []int{1}, Plan: plan}
		data, err := Encode(&sent)
		if err != nil {
			t.Fatal(err)
		}
		var got Prepare
		if err := Decode(data, &got); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(sent, got, cmp.AllowUnexported(aurea.Threshold{})); diff != "" {
			t.Fatalf("-sent +received:\n%s", diff)
		}
	})
}

// Law: clipped texts are valid and pass the check that refuses others.
func TestClip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.OneOf(rapid.String(), rapid.StringN(100, 300, -1)).Draw(t, "text") +
			string(rapid.SliceOfN(rapid.Byte(), 0, 3).Draw(t, "bytes"))
		clipped := clip(text)
		if err := CheckText("text", clipped); err != nil {
			t.Fatal(err)
		}
		if CheckText("text", text) == nil && clipped != text {
			t.Fatalf("%q became %q", text, clipped)
		}
	})
}

// fuzzMessage checks that data is refused, or decodes to a message that encodes
// and decodes to itself.
func fuzzMessage(f *testing.F, newMessage func() message) {
	for _, m := range messages(f) {
		if reflect.TypeOf(m) == reflect.TypeOf(newMessage()) {
			data, err := json.Marshal(m)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(data)
		}
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		first, second := newMessage(), newMessage()
		if Decode(data, first) != nil {
			return
		}
		written, err := Encode(first)
		if err != nil {
			t.Fatalf("%q decodes, but does not encode: %v", data, err)
		}
		if err := Decode(written, second); err != nil {
			t.Fatalf("%q decodes, but not when encoded again: %v", data, err)
		}
		if again, err := Encode(second); err != nil || string(again) != string(written) {
			t.Fatalf("%q is %s, and then %s (%v)", data, written, again, err)
		}
	})
}

func FuzzHello(f *testing.F)      { fuzzMessage(f, func() message { return new(Hello) }) }
func FuzzPrepare(f *testing.F)    { fuzzMessage(f, func() message { return new(Prepare) }) }
func FuzzReply(f *testing.F)      { fuzzMessage(f, func() message { return new(Reply) }) }
func FuzzClockAsk(f *testing.F)   { fuzzMessage(f, func() message { return new(ClockAsk) }) }
func FuzzClockReply(f *testing.F) { fuzzMessage(f, func() message { return new(ClockReply) }) }
func FuzzOrder(f *testing.F)      { fuzzMessage(f, func() message { return new(Order) }) }
func FuzzAck(f *testing.F)        { fuzzMessage(f, func() message { return new(Ack) }) }
