package main

import "testing"

// Samples are told apart by the functions of their stacks, and by the first part
// that fits.
func TestSharesOf(t *testing.T) {
	const stacks = `
	ffffffff81 tcp_ack
	ffffffff82 __x64_sys_sendto
	           45 github.com/aurea-orchestrator/aurea/internal/httpclient.send

	ffffffff81 tcp_recvmsg
	ffffffff82 __x64_sys_recvfrom
	           46 crypto/tls.(*Conn).Read

	           47 github.com/aurea-orchestrator/aurea/internal/httpclient.(*Client).Do
	           48 github.com/aurea-orchestrator/aurea/internal/engine.(*workerPool).work

	           49 [unknown]

`
	got := sharesOf(stacks)
	want := map[string]float64{"kernel: write": 0.25, "kernel: read": 0.25, "HTTP client": 0.25, otherParts: 0.25}
	for part, share := range want {
		if got[part] != share {
			t.Errorf("%s has %v of the samples, want %v", part, got[part], share)
		}
	}
	if len(got) != len(want) {
		t.Errorf("got the parts %v, want %v", got, want)
	}
}
