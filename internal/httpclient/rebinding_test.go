package httpclient

import (
	"context"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"net/netip"
	"strconv"
	"sync/atomic"
	"testing"

	"go.uber.org/goleak"
	"golang.org/x/net/dns/dnsmessage"

	"github.com/aurea-orchestrator/aurea/internal/egress"
)

// fickle is a name server that gives every question for an IPv4 address the
// next of some answers: the attacker's own.
type fickle struct {
	answers [][][4]byte
	asked   atomic.Int64
}

// resolver asks nobody else.
func (f *fickle) resolver() *net.Resolver {
	return &net.Resolver{PreferGo: true, Dial: func(context.Context, string, string) (net.Conn, error) {
		ours, theirs := net.Pipe()
		go f.serve(ours)
		return theirs, nil
	}}
}

// serve answers as over TCP, where each message has its length before it.
func (f *fickle) serve(connection net.Conn) {
	defer connection.Close()
	for {
		var length [2]byte
		if _, err := io.ReadFull(connection, length[:]); err != nil {
			return
		}
		question := make([]byte, binary.BigEndian.Uint16(length[:]))
		if _, err := io.ReadFull(connection, question); err != nil {
			return
		}
		answer, err := f.answer(question)
		if err != nil {
			return
		}
		if _, err := connection.Write(append(binary.BigEndian.AppendUint16(nil, uint16(len(answer))), answer...)); err != nil {
			return
		}
	}
}

func (f *fickle) answer(question []byte) ([]byte, error) {
	var m dnsmessage.Message
	if err := m.Unpack(question); err != nil {
		return nil, err
	}
	m.Response, m.Authoritative, m.Additionals = true, true, nil
	if q := m.Questions[0]; q.Type == dnsmessage.TypeA {
		n := f.asked.Add(1) - 1
		for _, address := range f.answers[int(n)%len(f.answers)] {
			m.Answers = append(m.Answers, dnsmessage.Resource{
				Header: dnsmessage.ResourceHeader{Name: q.Name, Type: q.Type, Class: q.Class},
				Body:   &dnsmessage.AResource{A: address},
			})
		}
	}
	return m.Pack()
}

// A name that resolves to what is allowed when it is looked at, and to the
// canary when it is called, gets nowhere: what is looked at is what is called.
func TestRebinding(t *testing.T) {
	defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
	const flips = 1000
	port, calls := listenCanary(t, "127.0.0.1")
	elsewhere, here, metadata := [4]byte{127, 0, 0, 2}, [4]byte{127, 0, 0, 1}, [4]byte{169, 254, 169, 254}
	names := &fickle{answers: [][][4]byte{{elsewhere}, {here}, {elsewhere, here}, {here, elsewhere}, {metadata, here}, {elsewhere, metadata}, {{0, 0, 0, 0}}}}
	allowed := allowlistOf(t, "127.0.0.2") // where nobody listens
	c := client(t, Options{Allow: allowed.Allow, Resolver: func(ctx context.Context, host string) ([]netip.Addr, error) {
		return names.resolver().LookupNetIP(ctx, "ip", host)
	}})

	refused, missed := 0, 0
	for range flips {
		_, err := get(t, c, "http://flips.example.:"+strconv.Itoa(int(port))+"/")
		if err == nil {
			t.Fatal("a call was made")
		}
		var forbidden *egress.ForbiddenError
		if errors.As(err, &forbidden) {
			refused++
		} else {
			missed++ // what is allowed was called, and is not there
		}
	}
	if n := calls(); n != 0 {
		t.Errorf("%d calls arrived", n)
	}
	// Three answers of seven hold nothing that is allowed, and one nothing else.
	if names.asked.Load() < flips || refused < flips/7*3 || missed < flips/7 {
		t.Errorf("%d questions, %d calls refused, %d allowed", names.asked.Load(), refused, missed)
	}
}
