package httpjob

import (
	"encoding/base64"
	"strings"

	"github.com/aurea-orchestrator/aurea/internal/template"
	"github.com/aurea-orchestrator/aurea/param"
)

// basicAuthParameter declares the user of HTTP's basic authentication.
var basicAuthParameter = param.Parameter{
	Name: "basic_auth", Type: param.Object, Doc: "who asks, in a header Authorization (RFC 7617)",
	Members: []param.Parameter{
		{
			Name: "user", Type: param.Text, Max: 1000, Required: true,
			Doc: "name of the user; may have fields",
		},
		{
			Name: "password", Type: param.Text, Max: 1000, Default: "",
			Doc: "of the user; may have fields; masked in what is kept",
		},
	},
}

// readBasicAuth adds the header of basic authentication if it is given.
func (t *requestTemplate) readBasicAuth(v param.Values, parser *template.Parser) error {
	if v == nil {
		return nil
	}
	if t.has(authorization) {
		return param.Invalid(basicAuthParameter.Name,
			"cannot be given together with a header Authorization; set only one")
	}
	if name, _, _ := strings.Cut(v.Text("user"), "{{"); strings.Contains(name, ":") {
		return param.Invalid("basic_auth.user", "must have no colon, which ends the user's name (RFC 7617)")
	}
	for _, name := range []string{"user", "password"} {
		alone := *parser // so that an error names one of the two
		if _, err := alone.Parse(v.Text(name)); err != nil {
			return param.Invalid("basic_auth."+name, "%v", err)
		}
	}
	both, err := parser.Parse(v.Text("user") + ":" + v.Text("password"))
	if err != nil {
		return param.Invalid(basicAuthParameter.Name, "%v", err)
	}
	t.headers = append(t.headers, header{authorization, both, basicCredentials})
	return nil
}

const authorization = "Authorization"

func basicCredentials(userAndPassword string) string {
	return "Basic " + base64.StdEncoding.EncodeToString([]byte(userAndPassword))
}
