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

// An alternatingResolver is an attacker's name server: it answers each question
// for an IPv4 address with the next of several answers.
type alternatingResolver struct {
	answers   [][][4]byte
	questions atomic.Int64
}

// resolver returns a resolver that asks only this server.
func (f *alternatingResolver) resolver() *net.Resolver {
	return &net.Resolver{PreferGo: true, Dial: func(context.Context, string, string) (net.Conn, error) {
		ours, theirs := net.Pipe()
		go f.serve(ours)
		return theirs, nil
	}}
}

// serve answers as over TCP, where a length precedes each message.
func (f *alternatingResolver) serve(connection net.Conn) {
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
		_, err = connection.Write(append(binary.BigEndian.AppendUint16(nil, uint16(len(answer))), answer...))
		if err != nil {
			return
		}
	}
}

func (f *alternatingResolver) answer(question []byte) ([]byte, error) {
	var m dnsmessage.Message
	if err := m.Unpack(question); err != nil {
		return nil, err
	}
	m.Response, m.Authoritative, m.Additionals = true, true, nil
	if q := m.Questions[0]; q.Type == dnsmessage.TypeA {
		n := f.questions.Add(1) - 1
		for _, address := range f.answers[int(n)%len(f.answers)] {
			m.Answers = append(m.Answers, dnsmessage.Resource{
				Header: dnsmessage.ResourceHeader{Name: q.Name, Type: q.Type, Class: q.Class},
				Body:   &dnsmessage.AResource{A: address},
			})
		}
	}
	return m.Pack()
}

// A name that resolves to an allowed address when it is checked, and to the
// canary when it is called, does not reach the canary: the checked address is
// the one called.
func TestRebinding(t *testing.T) {
	defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
	const flips = 1000
	port, calls := listenCanary(t, "127.0.0.1")
	elsewhere, here, metadata := [4]byte{127, 0, 0, 2}, [4]byte{127, 0, 0, 1}, [4]byte{169, 254, 169, 254}
	names := &alternatingResolver{answers: [][][4]byte{{elsewhere}, {here}, {elsewhere, here}, {here, elsewhere},
		{metadata, here}, {elsewhere, metadata}, {{0, 0, 0, 0}}}}
	allowed := allowlistOf(t, "127.0.0.2") // has no listener
	c := client(t, Options{Allow: allowed.Allow,
		Resolver: func(ctx context.Context, host string) ([]netip.Addr, error) {
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
			missed++ // called the allowed address, which has no listener
		}
	}
	if n := calls(); n != 0 {
		t.Errorf("%d calls arrived", n)
	}
	// Of seven answers three have no allowed address, and one has no other.
	if got := names.questions.Load(); got < flips {
		t.Errorf("%d questions, want at least %d", got, flips)
	}
	if refused < flips/7*3 || missed < flips/7 {
		t.Errorf("%d calls refused and %d allowed, want at least %d and %d", refused, missed, flips/7*3, flips/7)
	}
}
