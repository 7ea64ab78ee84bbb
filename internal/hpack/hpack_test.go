package hpack

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"golang.org/x/net/http2/hpack"
)

// A collector keeps the fields of a block.
type collector []hpack.HeaderField

func (c *collector) Field(name, value []byte) {
	*c = append(*c, hpack.HeaderField{Name: string(name), Value: string(value)})
}

// decodeBoth decodes a block with ours and the library's decoder, and reports
// whether the block is valid. Both must find the same.
func decodeBoth(t *testing.T, ours *Decoder, oracle *hpack.Decoder, block []byte) bool {
	t.Helper()
	var got collector
	err := ours.Decode(block, &got)
	if errors.Is(err, errUpdate) {
		return false // see TestDecoderRefusesChangeWithinBlock
	}
	want, wantErr := oracle.DecodeFull(block)
	if (err != nil) != (wantErr != nil) {
		t.Fatalf("%x: got the error %v, the library %v", block, err, wantErr)
	}
	if err != nil {
		return false
	}
	for i := range want {
		want[i].Sensitive = false
	}
	if diff := gocmp.Diff(want, []hpack.HeaderField(got)); diff != "" {
		t.Fatalf("%x: %s", block, diff)
	}
	return true
}

// Blocks of the library's encoder are decoded as its decoder does, while
// entries come, repeat and are evicted, and the table changes its size.
func TestDecoderAgreesWithLibrary(t *testing.T) {
	var block bytes.Buffer
	encoder := hpack.NewEncoder(&block)
	ours, oracle := NewDecoder(), hpack.NewDecoder(TableSize, nil)
	for i := range 2000 {
		block.Reset()
		if i%97 == 96 {
			encoder.SetMaxDynamicTableSize(uint32(i*37) % (TableSize + 1))
		}
		for _, f := range []hpack.HeaderField{
			{Name: ":status", Value: fmt.Sprint(200 + i%3)},
			{Name: "server", Value: "nginx"},
			{Name: "date", Value: fmt.Sprintf("Mon, 30 Nov 2026 01:%02d:%02d GMT", i/60%60, i%60)},
			{Name: "x-long", Value: strings.Repeat(string(rune('a'+i%26)), i%700)},
			{Name: fmt.Sprint("x-", i%5), Value: string([]byte{byte(i), 0xff, byte(i >> 3)})},
			{Name: "set-cookie", Value: fmt.Sprint("id=", i), Sensitive: true},
		} {
			if err := encoder.WriteField(f); err != nil {
				t.Fatal(err)
			}
		}
		if !decodeBoth(t, ours, oracle, block.Bytes()) {
			t.Fatalf("block %d is not valid", i)
		}
	}
}

// What ends a connection in the library ends it here.
func TestDecoderRefusesInvalidBlocks(t *testing.T) {
	for name, block := range map[string]string{
		"index 0":                     "\x80",
		"an index beyond the table":   "\xbe",
		"a name beyond the table":     "\x7e\x01a",
		"an index that ends early":    "\xff",
		"an endless number":           "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01",
		"no name":                     "\x40",
		"a name that ends early":      "\x40\x05ab",
		"no value":                    "\x40\x01a",
		"a value that ends early":     "\x40\x01a\x03b",
		"a larger table":              "\x3f\xe2\x1f",
		"a code that ends early":      "\x40\x01a\x81\x00",
		"the end of all codes":        "\x40\x01a\x84\xff\xff\xff\xff",
		"padding of eight bits":       "\x40\x01a\x82\x1f\xff",
		"padding that is not ones":    "\x40\x01a\x81\x18",
		"a code of a byte of padding": "\x40\x01a\x81\xff",
	} {
		t.Run(name, func(t *testing.T) {
			if err := NewDecoder().Decode([]byte(block), new(collector)); err == nil {
				t.Error("got no error")
			}
			if _, err := hpack.NewDecoder(TableSize, nil).DecodeFull([]byte(block)); err == nil {
				t.Error("the library accepts it")
			}
		})
	}
}

// The size of the table changes only at the start of a block (RFC 7541, 4.2);
// the library allows it elsewhere while the table is empty.
func TestDecoderRefusesChangeWithinBlock(t *testing.T) {
	if err := NewDecoder().Decode([]byte("\x82\x20"), new(collector)); !errors.Is(err, errUpdate) {
		t.Errorf("got the error %v", err)
	}
}

// FuzzDecoder compares the decoders over two blocks of a connection.
func FuzzDecoder(f *testing.F) {
	f.Add([]byte("\x88\x76\x89\xaa\x63\x55\xe5\x80\xae\x17\x97\x07"), []byte("\xbe\x61\x02ab"))
	f.Add([]byte("\x20\x3f\xe1\x1f\x40\x01a\x01b"), []byte("\xbe\x7e\x01c\xbf"))
	f.Fuzz(func(t *testing.T, first, second []byte) {
		ours, oracle := NewDecoder(), hpack.NewDecoder(TableSize, nil)
		if decodeBoth(t, ours, oracle, first) {
			decodeBoth(t, ours, oracle, second)
		}
	})
}

// requestFields are the fields of a request.
func requestFields(path string) []Field {
	return []Field{
		NewField(":method", "GET"), NewField(":scheme", "https"), NewField(":authority", "api.example"),
		NewField(":path", path), NewField("user-agent", "aurea/dev"), NewField("accept", "*/*"),
		NewField("x-key", strings.Repeat("k", 40)), NewField("x-key", "again"),
	}
}

// fieldsOf returns what a request's block means.
func fieldsOf(fields []Field) (all []hpack.HeaderField) {
	for _, f := range fields {
		all = append(all, hpack.HeaderField{Name: f.name, Value: f.value})
	}
	return all
}

// A server decodes what the Encoder makes; requests that repeat get shorter,
// and their block lasts.
func TestEncoder(t *testing.T) {
	for _, limit := range []uint32{TableSize, 1 << 20, 100, 0} {
		t.Run(fmt.Sprint(limit), func(t *testing.T) {
			var encoder Encoder
			encoder.Limit(limit)
			server := hpack.NewDecoder(TableSize, nil)
			server.SetAllowedMaxDynamicTableSize(min(limit, TableSize))
			var lengths []int
			for i, path := range []string{"/a", "/a", "/b", "/a", "/b"} {
				fields := requestFields(path)
				block, lasting := encoder.AppendBlock(nil, fields)
				got, err := server.DecodeFull(block)
				if err != nil {
					t.Fatal(err)
				}
				if diff := gocmp.Diff(fieldsOf(fields), got); diff != "" {
					t.Errorf("request %d: %s", i, diff)
				}
				if lasting != (i > 0) {
					t.Errorf("request %d: lasting: %v", i, lasting)
				}
				lengths = append(lengths, len(block))
			}
			if limit < TableSize {
				return
			}
			if lengths[1] != len(requestFields("/a")) {
				t.Errorf("the repeated request takes %d bytes, want one a field", lengths[1])
			}
			if lengths[3] != lengths[1] || lengths[2] != lengths[4] {
				t.Errorf("the same requests take %v bytes", lengths)
			}
		})
	}
}

// The table never holds more than its size.
func TestEncoderKeepsWithinTable(t *testing.T) {
	var encoder Encoder
	server := hpack.NewDecoder(TableSize, nil)
	var fields []Field
	for i := range 20 {
		fields = append(fields, NewField(fmt.Sprint("x-", i), strings.Repeat("v", 50*i)))
	}
	for range 3 {
		block, _ := encoder.AppendBlock(nil, fields)
		got, err := server.DecodeFull(block)
		if err != nil {
			t.Fatal(err)
		}
		if diff := gocmp.Diff(fieldsOf(fields), got); diff != "" {
			t.Error(diff)
		}
	}
}

// answer is the head of a usual response, as nginx codes it.
func answer() []byte {
	block := []byte{0x88}
	for _, f := range [][2]string{{"server", "nginx"}, {"date", "Mon, 30 Nov 2026 01:47:31 GMT"},
		{"content-type", "text/plain"}, {"content-length", "12"}} {
		block = append(block, NewField(f[0], f[1]).added...)
	}
	return block
}

type discard struct{}

func (discard) Field(_, _ []byte) {}

// Decoding allocates nothing, though each block fills the table further.
func TestDecodeAllocatesNothing(t *testing.T) {
	if testing.Short() {
		t.Skip("the race detector allocates")
	}
	d, block := NewDecoder(), answer()
	decode := func() {
		if err := d.Decode(block, discard{}); err != nil {
			t.Error(err)
		}
	}
	for range 1000 {
		decode()
	}
	if n := testing.AllocsPerRun(1000, decode); n != 0 {
		t.Errorf("%v allocations a block, want 0", n)
	}
}

// BenchmarkDecode decodes the head of a usual response.
func BenchmarkDecode(b *testing.B) {
	d, block := NewDecoder(), answer()
	b.ReportAllocs()
	for b.Loop() {
		if err := d.Decode(block, discard{}); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkLibrary is BenchmarkDecode with the library's decoder.
func BenchmarkLibrary(b *testing.B) {
	d, block := hpack.NewDecoder(TableSize, func(hpack.HeaderField) {}), answer()
	b.ReportAllocs()
	for b.Loop() {
		if _, err := d.Write(block); err != nil {
			b.Fatal(err)
		}
		_ = d.Close()
	}
}
