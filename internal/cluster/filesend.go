package cluster

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/aurea-orchestrator/aurea/internal/files"
	"github.com/aurea-orchestrator/aurea/param"
)

// offerTime returns how long workers get to prepare a shard with files of so many
// bytes, which they have to read.
func offerTime(bytes int64) time.Duration {
	const perSecond = 16 << 20
	return offerTimeout + time.Duration(bytes/perSecond)*time.Second
}

func sumOf(named []files.File) (bytes int64) {
	for _, f := range named {
		bytes += f.Size
	}
	return bytes
}

// checkFiles refuses files that are too large to be sent to workers.
func checkFiles(named []files.File) error {
	sum := sumOf(named)
	switch {
	case len(named) > maxFiles:
		return param.Invalid("workers", "get up to %d files of a spec, and this one names %d", maxFiles, len(named))
	case sum > maxFileBytes:
		return param.Invalid("workers", "get up to %d MiB of files that a spec names, and those of this one have %d MiB",
			maxFileBytes>>20, sum>>20)
	}
	return nil
}

// sendFiles sends every worker the files that the spec names. A part of a file goes
// to all workers before the next part is read: so a file is read once, and all
// workers keep what they have as long as any is behind.
func (c *coordination) sendFiles(ctx context.Context, named []files.File) error {
	for _, f := range named {
		if err := c.sendFile(ctx, f); err != nil {
			return fmt.Errorf("send the file %q: %w", f.Name, err)
		}
	}
	return nil
}

func (c *coordination) sendFile(ctx context.Context, f files.File) error {
	content, err := f.Open()
	if err != nil {
		return err
	}
	defer func() { _ = content.Close() }() // it was only read
	digest, err := digestOf(content)
	if err != nil {
		return err
	}
	piece := make([]byte, min(maxPiece, f.Size))
	for from := int64(0); ; from += int64(len(piece)) {
		piece = piece[:min(int64(len(piece)), f.Size-from)]
		if _, err := io.ReadFull(content, piece); err != nil {
			return err
		}
		part := FilePart{Exec: c.exec, Name: f.Name, Size: f.Size, Digest: digest, From: from, Content: piece}
		if err := c.sendPart(ctx, &part); err != nil {
			return err
		}
		if from+int64(len(piece)) == f.Size {
			return nil
		}
	}
}

// digestOf returns the SHA-256 of a file, which it leaves at its beginning.
func digestOf(content *os.File) (string, error) {
	sum := sha256.New()
	if _, err := io.Copy(sum, content); err != nil {
		return "", err
	}
	_, err := content.Seek(0, io.SeekStart)
	return hex.EncodeToString(sum.Sum(nil)), err
}

// sendPart sends a part of a file to all workers. It sends it again to those that do
// not reply.
func (c *coordination) sendPart(ctx context.Context, part *FilePart) error {
	data, err := part.encode()
	if err != nil {
		return err
	}
	return each(c.members, filesAtOnce, func(m *member) error {
		began := time.Now()
		for {
			err := c.sendPartOnce(ctx, m.Worker, data)
			var silent *noReply
			tired := time.Since(began) > filePatience || c.Conn.IsClosed()
			if !errors.As(err, &silent) || tired || !sleep(ctx, repeatAfter) {
				return err
			}
		}
	})
}

func (c *coordination) sendPartOnce(ctx context.Context, w Hello, data []byte) error {
	ctx, cancel := context.WithTimeout(ctx, fileTimeout)
	defer cancel()
	answer, err := c.Conn.RequestWithContext(ctx, workerSubject(w.ID, askFile), data)
	if err != nil {
		return &noReply{w, err}
	}
	var reply Reply
	if err := Decode(answer.Data, &reply); err != nil {
		return fmt.Errorf("worker %s: %w", w.Name, err)
	}
	return replyError(w, reply)
}
