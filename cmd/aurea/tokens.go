package main

import (
	"fmt"
	"io/fs"
	"os"
	"runtime"
	"strings"

	"github.com/aurea-orchestrator/aurea/internal/server"
)

// minToken is the least number of characters of a token.
const minToken = 16

// otherUsers is the permission of users outside the file's group to read or
// write it.
const otherUsers fs.FileMode = 0o006

// readTokens reads the tokens of a service; nil without a file. It refuses
// tokens that can be guessed.
func readTokens(file string) ([]server.Token, error) {
	if file == "" {
		return nil, nil
	}
	content, err := readSecretFile("--token-file", file)
	if err != nil {
		return nil, err
	}
	tokens, err := parseTokens(content)
	if err != nil {
		return nil, usageErrorf("--token-file %s: %v", file, err)
	}
	return tokens, nil
}

// readWorkerTokens reads the tokens of workers, one a line; nil without a file.
func readWorkerTokens(file string) ([]string, error) {
	if file == "" {
		return nil, nil
	}
	content, err := readSecretFile("--worker-token-file", file)
	if err != nil {
		return nil, err
	}
	tokens, err := parseTokens(content)
	if err != nil {
		return nil, usageErrorf("--worker-token-file %s: %v", file, err)
	}
	secrets := make([]string, 0, len(tokens))
	for _, token := range tokens {
		if token.ReadOnly {
			return nil, usageErrorf("--worker-token-file %s: a worker's token has no role", file)
		}
		secrets = append(secrets, token.Secret)
	}
	return secrets, nil
}

// readSecretFile reads the file of a flag. It refuses one that every user can
// read or change.
func readSecretFile(flag, file string) (string, error) {
	info, err := os.Stat(file)
	if err != nil {
		return "", usageErrorf("%s: %v", flag, err)
	}
	// Windows has no such permissions.
	if mode := info.Mode().Perm(); mode&otherUsers != 0 && runtime.GOOS != "windows" {
		return "", usageErrorf("%s %s can be read or changed by every user of this machine "+
			"(its mode is %04o); chmod 600 it", flag, file, mode)
	}
	content, err := os.ReadFile(file)
	if err != nil {
		return "", usageErrorf("%s: %v", flag, err)
	}
	return string(content), nil
}

// parseTokens reads one token a line, alone or after its role, run or read. The
// default role is run. Errors do not contain tokens.
func parseTokens(content string) (tokens []server.Token, err error) {
	readOnly := map[string]bool{} // by token
	number := 0
	for line := range strings.Lines(content) {
		number++
		words := strings.Fields(line)
		if len(words) == 0 || strings.HasPrefix(words[0], "#") {
			continue
		}
		token := server.Token{Secret: words[len(words)-1], ReadOnly: words[0] == "read"}
		switch before, twice := readOnly[token.Secret]; {
		case len(words) > 2, len(words) == 2 && words[0] != "run" && words[0] != "read":
			return nil, fmt.Errorf("line %d must be a token, or run or read and a token", number)
		case len(token.Secret) < minToken:
			return nil, fmt.Errorf("the token of line %d has %d characters and can be guessed; use %d or more, "+
				"such as those of openssl rand -hex 32", number, len(token.Secret), minToken)
		case twice && before != token.ReadOnly:
			return nil, fmt.Errorf("the token of line %d is there twice, with another role", number)
		}
		readOnly[token.Secret] = token.ReadOnly
		tokens = append(tokens, token)
	}
	if len(tokens) == 0 {
		return nil, fmt.Errorf("it holds no token; write one on a line")
	}
	return tokens, nil
}

// firstToken returns the first token of a flag's file; "" without a file. Who
// receives the token validates it.
func firstToken(flag, file string) (string, error) {
	if file == "" {
		return "", nil
	}
	content, err := os.ReadFile(file)
	if err != nil {
		return "", usageErrorf("%s: %v", flag, err)
	}
	for line := range strings.Lines(string(content)) {
		words := strings.Fields(line)
		if len(words) == 0 || strings.HasPrefix(words[0], "#") {
			continue
		}
		if len(words) > 1 && (words[0] == "run" || words[0] == "read") {
			return words[1], nil
		}
		return words[0], nil
	}
	return "", usageErrorf("%s %s holds no token; write one on a line", flag, file)
}
