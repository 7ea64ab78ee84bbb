package egress

import (
	"net/netip"
	"net/url"
	"os"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/aurea-orchestrator/aurea/internal/egress/egresstest"
)

// CheckURL refuses every spelling of an address that is not allowed, unless it
// is a name. AUREA_SPELLINGS sets the number of tries, AUREA_SEED the random
// seed.
func TestSpellingsAreNotAllowed(t *testing.T) {
	tries, seed := 3000, uint64(1)
	if text := os.Getenv("AUREA_SPELLINGS"); text != "" {
		tries, _ = strconv.Atoi(text)
		seed = uint64(time.Now().UnixNano())
	}
	if text := os.Getenv("AUREA_SEED"); text != "" {
		seed, _ = strconv.ParseUint(text, 10, 64)
	}
	allowed := allowlistOf(t, "api.example", "203.0.113.0/24", "203.0.113.7", "2001:db8:1::/48")
	s, given := egresstest.NewSpeller(seed), egresstest.Forbidden()
	for i := range tries {
		text := s.URL(s.Address())
		if i < len(given) {
			text = "http://" + given[i] + "/"
		}
		u, err := url.Parse(text)
		if err != nil || u.Hostname() == "" || allowed.CheckURL(u) != nil {
			continue
		}
		read, _ := readHost(u.Hostname())
		if read.IsValid() && allowed.Allow(u.Hostname(), netip.AddrPortFrom(read, 80)) != nil {
			t.Errorf("%q passes, but is read as %s (AUREA_SEED=%d)", text, read, seed)
		}
	}
}

// The Speller uses every embedding that the package knows.
func TestSpellerKnowsEveryEmbedding(t *testing.T) {
	if got, want := len(egresstest.Embeddings), len(embeddingNetworks); got != want {
		t.Fatalf("the Speller knows %d networks, want %d", got, want)
	}
	for i, e := range embeddingNetworks {
		known := egresstest.Embeddings[i]
		var positions [][4]int
		for _, embedding := range e.embeddings {
			positions = append(positions, embedding.octets)
		}
		if known.Network != e.network {
			t.Errorf("the Speller has %s, want %s", known.Network, e.network)
		}
		if !slices.Equal(known.Positions, positions) {
			t.Errorf("%s: the Speller has %v, want %v", e.network, known.Positions, positions)
		}
		if inverted := e.embeddings[len(e.embeddings)-1].inverted; known.Inverted != inverted {
			t.Errorf("%s: the Speller inverts: %v, want %v", e.network, known.Inverted, inverted)
		}
	}
}
