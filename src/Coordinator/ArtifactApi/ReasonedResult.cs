using Rigshift.Coordinator.Serving;

namespace Rigshift.Coordinator.ArtifactApi;

/// <summary>A refusal over plain HTTP: status, stable code in a header, one sentence as text.</summary>
internal sealed class ReasonedResult(int status, string reason, string detail) : IResult
{
    public async Task ExecuteAsync(HttpContext httpContext)
    {
        httpContext.Response.StatusCode = status;
        httpContext.Response.Headers[Refusal.ReasonTrailer] = reason;
        httpContext.Response.ContentType = "text/plain; charset=utf-8";
        await httpContext.Response.WriteAsync(detail + "\n", httpContext.RequestAborted);
    }
}
