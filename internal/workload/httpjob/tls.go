package httpjob

import (
	"github.com/aurea-orchestrator/aurea/internal/workload"
	"github.com/aurea-orchestrator/aurea/param"
)

// tlsParameter declares how jobs call over https.
var tlsParameter = workload.TLSParameter("whom to trust over https, and who calls", param.Parameter{
	Name: "resume", Type: param.Boolean, Default: true,
	Doc: "whether a connection continues the session of an earlier one to the host, as browsers do",
})

// resumesTLS reports whether connections continue TLS sessions. v is nil if the
// spec says nothing of TLS.
func resumesTLS(v param.Values) bool { return v == nil || v.Boolean("resume") }
