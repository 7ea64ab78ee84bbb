package httpclient

import (
	"bytes"
	"compress/flate"
	"compress/zlib"
	"context"
	"errors"
	"io"
	"time"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

// MaxEncoded is the maximum length of a body that is decoded, as received. It
// is in memory as a whole until it is decoded.
const MaxEncoded = 1 << 20

// maxZstdWindow is the largest window of zstd that HTTP allows (RFC 9659).
const maxZstdWindow = 8 << 20

// A decoder decodes bodies, one after another. It reuses its buffers.
type decoder struct {
	in     bytes.Reader
	part   [16 << 10]byte
	kept   []byte
	gzip   gzip.Reader
	zlib   io.ReadCloser // nil until it is needed
	flate  io.ReadCloser
	brotli *brotli.Reader
	zstd   *zstd.Decoder
}

// doDecoded is Do for clients that decode bodies. The time to decode is in no
// phase: the response is there, and the connection serves others.
func (c *Client) doDecoded(ctx context.Context, r *Request, keep int, a *Response) error {
	err := c.exchange(ctx, r, max(keep, c.options.maxEncoded()), a)
	is, unknown := a.coding()
	switch {
	case a.Length == 0:
		return err
	case is == codingNone && unknown == nil:
		a.Truncated = a.Truncated || len(a.Body) > keep
		a.Body = a.Body[:min(len(a.Body), keep)]
		if err == nil {
			a.Decoded = a.Length
		}
		return err
	case err == nil && unknown == nil && !a.Truncated:
		return c.decode(ctx, is, keep, a)
	case err == nil && unknown == nil:
		err = failf(ClassBody, "the body of the answer has %d bytes of %s, and at most %d are decoded",
			a.Length, is, c.options.maxEncoded())
	case err == nil:
		err = unknown
	}
	// What is kept is encoded, and of no use to anybody.
	a.Body, a.Truncated, a.matched = a.Body[:0], true, 0
	return err
}

// maxEncoded returns how many bytes of a body are kept until they are decoded.
func (o Options) maxEncoded() int {
	if o.MaxBody > 0 {
		return int(min(o.MaxBody, MaxEncoded))
	}
	return MaxEncoded
}

// decode replaces the body, which is kept as a whole, by what it encodes.
func (c *Client) decode(ctx context.Context, is coding, keep int, a *Response) error {
	d := c.decoders.Get().(*decoder)
	defer c.decoders.Put(d)
	d.in.Reset(a.Body)
	a.Length, a.matched = 0, 0
	d.kept = d.kept[:0]
	err := d.copy(ctx, is, keep, c.options.MaxBody, a)
	d.in.Reset(nil)
	a.Body, d.kept = d.kept, a.Body
	a.Decoded = a.Length
	if err == nil {
		return nil
	}
	return classify(ctx, ClassEncoding, "decoding the body of the answer from "+is.String(), err)
}

// copy decodes the input to its end. It keeps the first bytes, counts and
// searches all, and stops beyond the limit.
func (d *decoder) copy(ctx context.Context, is coding, keep int, maxBody int64, a *Response) error {
	const checked = 64 // reads between two looks at the context
	from, err := d.open(is)
	if errors.Is(err, io.EOF) {
		err = io.ErrUnexpectedEOF
	}
	for reads := 1; err == nil; reads++ {
		var n int
		n, err = from.Read(d.part[:])
		part := d.part[:n]
		if maxBody > 0 && int64(n) > maxBody-a.Length {
			return failf(ClassBody, "the body of the answer is longer than the limit of %d bytes once it is decoded",
				maxBody)
		}
		kept := min(n, keep-len(d.kept))
		d.kept = append(d.kept, part[:kept]...)
		a.Truncated = a.Truncated || kept < n
		if a.Seek != nil {
			a.matched = a.Seek.scan(a.matched, part)
		}
		a.Length += int64(n)
		if err == nil && reads%checked == 0 {
			err = contextEnded(ctx)
		}
	}
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF):
		return errors.New("it ends early")
	case !errors.Is(err, io.EOF):
		return err
	case d.in.Len() > 0:
		return errors.New("there is more behind its end")
	}
	return nil
}

// contextEnded returns why the context has ended, which its deadline may tell before
// it does.
func contextEnded(ctx context.Context) error {
	if deadline, limited := ctx.Deadline(); limited && !time.Now().Before(deadline) {
		return context.DeadlineExceeded
	}
	return ctx.Err()
}

// open returns a reader of what the input encodes.
func (d *decoder) open(is coding) (io.Reader, error) {
	switch is {
	case codingGzip:
		return &d.gzip, d.gzip.Reset(&d.in)
	case codingDeflate:
		return d.openDeflate()
	case codingBrotli:
		if d.brotli == nil {
			d.brotli = new(brotli.Reader)
		}
		return d.brotli, d.brotli.Reset(&d.in)
	default:
		return d.openZstd()
	}
}

// openDeflate reads the zlib format, or what some servers send under its name:
// the deflate format alone (RFC 9110, 8.4.1.2).
func (d *decoder) openDeflate() (reader io.Reader, err error) {
	var begin [2]byte
	_, _ = d.in.ReadAt(begin[:], 0)
	isZlib := begin[0]&0xf == 8 && (int(begin[0])<<8|int(begin[1]))%31 == 0 // RFC 1950, 2.2
	switch {
	case isZlib && d.zlib == nil:
		d.zlib, err = zlib.NewReader(&d.in)
		return d.zlib, err
	case isZlib:
		return d.zlib, d.zlib.(zlib.Resetter).Reset(&d.in, nil)
	case d.flate == nil:
		d.flate = flate.NewReader(&d.in)
		return d.flate, nil
	default:
		return d.flate, d.flate.(flate.Resetter).Reset(&d.in, nil)
	}
}

// openZstd decodes on the goroutine of its caller.
func (d *decoder) openZstd() (reader io.Reader, err error) {
	if d.zstd != nil {
		return d.zstd, d.zstd.Reset(&d.in)
	}
	d.zstd, err = zstd.NewReader(&d.in, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true),
		zstd.WithDecoderMaxWindow(maxZstdWindow))
	return d.zstd, err
}
