package httpclient

import (
	"bytes"
	"math"
)

// maxChunkLine is the maximum length of a chunk's size line. Only chunk
// extensions, which are practically unused, make it long.
const maxChunkLine = 16 << 10

// readChunks reads a chunked body (RFC 9112, 7.1). It is strict: lines end with
// CRLF, and sizes are hexadecimal digits only.
func (t responseReader) readChunks() error {
	for {
		size, err := t.readChunkSize()
		if err != nil {
			return err
		}
		if size == 0 {
			return t.skipTrailer()
		}
		if err := t.checkLimit(size); err != nil {
			return err
		}
		if err := t.readBody(size); err != nil {
			return err
		}
		if line, err := t.chunkLine(maxChunkLine); err != nil {
			return err
		} else if len(line) > 0 {
			return failf(ClassProtocol, "a chunk of the answer is longer than its size: %.40q", line)
		}
	}
}

// readChunkSize reads the size line of a chunk.
func (t responseReader) readChunkSize() (int64, error) {
	line, err := t.chunkLine(maxChunkLine)
	if err != nil {
		return 0, err
	}
	if hasControl(line) {
		return 0, failf(ClassProtocol, "the line before a chunk has a control character: %.80q", line)
	}
	digits, _, _ := bytes.Cut(line, []byte(";"))
	return parseChunkSize(bytes.TrimRight(digits, " \t"))
}

func parseChunkSize(digits []byte) (size int64, err error) {
	for _, b := range digits {
		digit := hexDigit(b)
		if digit < 0 || size > math.MaxInt64>>4 {
			return 0, failf(ClassProtocol, "the size of a chunk is none: %.40q", digits)
		}
		size = size<<4 | int64(digit)
	}
	if len(digits) == 0 || len(digits) > 16 {
		return 0, failf(ClassProtocol, "the size of a chunk is none: %.40q", digits)
	}
	return size, nil
}

func hexDigit(b byte) int {
	switch {
	case '0' <= b && b <= '9':
		return int(b - '0')
	case 'a' <= lower(b) && lower(b) <= 'f':
		return int(lower(b)-'a') + 10
	default:
		return -1
	}
}

// skipTrailer reads the trailer section.
func (t responseReader) skipTrailer() error {
	for left := maxHead; ; {
		line, err := t.chunkLine(left - len("\r\n"))
		if err != nil || len(line) == 0 {
			return err
		}
		if left < maxHead && isFolded(line) {
			if hasControl(line) {
				return failf(ClassProtocol, "a header in the answer's trailer has a control character: %.80q", line)
			}
		} else if _, err := checkField(line, "trailer"); err != nil {
			return err
		}
		left -= len(line) + len("\r\n")
	}
}

// chunkLine reads a line between chunks of at most maxLine bytes. It is valid
// until the next read.
func (t responseReader) chunkLine(maxLine int) ([]byte, error) {
	for from := 0; ; {
		buffered := t.in.buffered()
		i := bytes.IndexByte(buffered[from:], '\n')
		end := from + i
		if i < 0 {
			end = len(buffered)
		}
		switch {
		case end > maxLine+len("\r"):
			return nil, failf(ClassProtocol,
				"a line of the chunked coding is longer than the limit of %d bytes, or its trailer than %d",
				maxChunkLine, maxHead)
		case i >= 0 && (end == 0 || buffered[end-1] != '\r'):
			return nil, failf(ClassProtocol, "a line of the chunked coding does not end with CRLF: %.40q",
				buffered[:end])
		case i >= 0:
			t.in.r += end + 1
			return buffered[:end-1], nil
		}
		from = end
		if err := t.in.fill(); err != nil {
			return nil, err
		}
	}
}
