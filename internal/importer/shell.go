package importer

import (
	"errors"
	"strings"

	"mvdan.cc/sh/v3/expand"
	"mvdan.cc/sh/v3/syntax"
)

// A word is one argument of a command, and where it begins.
type word struct {
	text   string
	offset int
}

// shellCommands returns the words of the commands of a shell script. It runs
// nothing: a variable stays one, and other commands than lists of words are
// errors.
func shellCommands(text string) ([][]word, error) {
	file, err := syntax.NewParser(syntax.Variant(syntax.LangBash)).Parse(strings.NewReader(text), "")
	if err != nil {
		var wrong syntax.ParseError
		if errors.As(err, &wrong) {
			return nil, &Error{int(wrong.Pos.Line()), int(wrong.Pos.Col()), "is not what a shell reads: " + wrong.Text}
		}
		var other syntax.LangError
		if errors.As(err, &other) {
			return nil, &Error{int(other.Pos.Line()), int(other.Pos.Col()), "is not what a shell reads: " + err.Error()}
		}
		return nil, err
	}
	var commands [][]word
	for _, statement := range file.Stmts {
		call, ok := statement.Cmd.(*syntax.CallExpr)
		if !ok || len(call.Assigns) > 0 || len(call.Args) == 0 {
			return nil, errorAt(text, int(statement.Pos().Offset()),
				"must be a command such as curl http://localhost/, without pipes and loops")
		}
		var words []word
		for _, argument := range call.Args {
			w, err := shellWord(text, argument)
			if err != nil {
				return nil, err
			}
			words = append(words, w)
		}
		commands = append(commands, words)
	}
	return commands, nil
}

// shellWord returns what a word of a shell means.
func shellWord(text string, argument *syntax.Word) (word, error) {
	offset := int(argument.Pos().Offset())
	var wrong error
	refuse := func(node syntax.Node, message string) {
		if wrong == nil {
			wrong = errorAt(text, int(node.Pos().Offset()), "%s", message)
		}
	}
	syntax.Walk(argument, func(node syntax.Node) bool {
		switch node := node.(type) {
		case *syntax.CmdSubst, *syntax.ProcSubst, *syntax.ArithmExp:
			refuse(node, "is the output of a command, which is not run here; write it out, or as a variable")
		case *syntax.ParamExp:
			if !isPlainVariable(node) {
				refuse(node, "must be a variable by itself, such as $TOKEN or ${TOKEN}")
			}
		}
		return wrong == nil
	})
	if wrong != nil {
		return word{}, wrong
	}
	environment := expand.FuncEnviron(func(name string) string {
		if name == "HOME" {
			return "~" // of a tilde, which no request means
		}
		return variable(name)
	})
	meant, err := expand.Literal(&expand.Config{Env: environment}, argument)
	if err != nil {
		return word{}, errorAt(text, offset, "cannot be read: %v", err)
	}
	return word{meant, offset}, nil
}

// isPlainVariable reports whether an expansion is only a variable with a name.
func isPlainVariable(p *syntax.ParamExp) bool {
	plain := !p.Excl && !p.Length && !p.Width && p.Index == nil && p.Slice == nil && p.Repl == nil && p.Exp == nil
	return plain && p.Param != nil && syntax.ValidName(p.Param.Value)
}
