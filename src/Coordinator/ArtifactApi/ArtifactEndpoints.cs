using System.Globalization;
using Microsoft.AspNetCore.Http.Features;
using Rigshift.Coordinator.Authority;
using Rigshift.Coordinator.Serving;
using Rigshift.Coordinator.Store;
using Rigshift.Rules;

namespace Rigshift.Coordinator.ArtifactApi;

/// <summary>
/// Artifacts over plain HTTPS.
/// <list type="bullet">
/// <item><c>GET /v1/artifacts/DIGEST</c>: the bytes, ranges included; 404 when it is not here.</item>
/// <item><c>HEAD</c>: 200 with Content-Length when it is here; otherwise 404 with <c>Upload-Offset: n</c>, the bytes of an unfinished upload.</item>
/// <item><c>PUT</c> with <c>Upload-Offset: n</c> (absent: 0) sends the bytes from n on. The end of the body is the end of the artifact, unless
/// <c>Upload-Length: total</c> says more. 201: stored and verified; 200: it was here already; 308 with <c>Upload-Offset: m</c>: go on from m;
/// 422: the bytes are not the digest's and were thrown away, start over; 413: larger than the coordinator takes; 507: no space.
/// A broken body leaves what has arrived: ask with HEAD, go on from there. There is no lowest data rate.</item>
/// </list>
/// A rig gets what its attempts' jobs name as inputs, and puts while it has an attempt. Operators may do both.
/// </summary>
internal sealed partial class ArtifactEndpoints(ArtifactShelf shelf, Callers callers, RigStore rigs, StorageOptions options, ILogger<ArtifactEndpoints> logger)
{
    private const string OffsetHeader = "Upload-Offset";
    private const string LengthHeader = "Upload-Length";

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapMethods("/v1/artifacts/{digest}", ["GET"], context => AnswerAsync(context, GetAsync));
        routes.MapMethods("/v1/artifacts/{digest}", ["HEAD"], context => AnswerAsync(context, HeadAsync));
        routes.MapMethods("/v1/artifacts/{digest}", ["PUT"], context => AnswerAsync(context, PutAsync));
    }

    private static async Task AnswerAsync(HttpContext context, Func<HttpContext, Digest, Task<IResult>> answer)
    {
        var result = Digest.TryParse((string?)context.Request.RouteValues["digest"], out var digest)
            ? await answer(context, digest)
            : Fault(StatusCodes.Status400BadRequest, Reason.ArtifactMissing, "The name is not a digest: write sha256: and 64 lower-case hex digits.");
        await result.ExecuteAsync(context);
    }

    private Task<IResult> GetAsync(HttpContext context, Digest digest)
    {
        if (!MayRead(context, digest))
        {
            return Task.FromResult<IResult>(Forbidden());
        }

        // As a stream, which goes out in pieces of 64 KiB; by its path the web server would read 16 KiB at a time.
#pragma warning disable CA2000 // The result closes what it sends.
        return Task.FromResult(shelf.Open(digest) is { } file ? Results.Stream(file, "application/octet-stream", enableRangeProcessing: true) : NotHere(digest));
#pragma warning restore CA2000 // Only the line above.
    }

    private Task<IResult> HeadAsync(HttpContext context, Digest digest)
    {
        if (!MayRead(context, digest) && !MayWrite(context))
        {
            return Task.FromResult<IResult>(Forbidden());
        }

        if (shelf.SizeOf(digest) is { } size)
        {
            context.Response.ContentLength = size;
            context.Response.Headers.AcceptRanges = "bytes";
            return Task.FromResult(Results.Ok());
        }

        SetOffset(context, shelf.PartialSize(digest));
        return Task.FromResult<IResult>(Results.StatusCode(StatusCodes.Status404NotFound));
    }

    private async Task<IResult> PutAsync(HttpContext context, Digest digest)
    {
        if (!MayWrite(context))
        {
            return Forbidden();
        }

        if (!TryReadNumber(context, OffsetHeader, out var offset) || !TryReadNumber(context, LengthHeader, out var length))
        {
            return Fault(StatusCodes.Status400BadRequest, Reason.ArtifactMissing, $"{OffsetHeader} and {LengthHeader} are numbers of bytes.");
        }

        if ((offset ?? 0) + (context.Request.ContentLength ?? 0) > options.MaxArtifactBytes || length > options.MaxArtifactBytes)
        {
            return TooLarge();
        }

        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
        {
            size.MaxRequestBodySize = null; // The shelf counts: its limit is the coordinator's, not the web server's.
        }

        try
        {
            var outcome = await shelf.TakeAsync(digest, offset ?? 0, length, context.Request.Body, context.RequestAborted);
            return Answer(context, digest, outcome);
        }
        catch (IOException e) when (!context.RequestAborted.IsCancellationRequested && e is not BadHttpRequestException)
        {
            Log.ArtifactNotStored(logger, e, digest);
            return Fault(StatusCodes.Status507InsufficientStorage, Reason.DiskFull, $"The coordinator's disk takes no more: {e.Message}");
        }
        catch (Exception e) when (e is IOException or OperationCanceledException) // The sender is gone; what arrived stays for the next try.
        {
            Log.UploadBroke(logger, digest, shelf.PartialSize(digest));
            return Results.StatusCode(StatusCodes.Status400BadRequest);
        }
    }

    private IResult Answer(HttpContext context, Digest digest, UploadOutcome outcome)
    {
        switch (outcome.State)
        {
            case UploadState.Stored:
                Log.ArtifactStored(logger, digest, outcome.Held);
                return Results.StatusCode(StatusCodes.Status201Created);
            case UploadState.Present:
                return Results.Ok();
            case UploadState.TooLarge:
                return TooLarge();
            case UploadState.WrongDigest:
                SetOffset(context, 0);
                return Fault(StatusCodes.Status422UnprocessableEntity, Reason.DigestMismatch, "The bytes are not those of the digest and were thrown away.");
            default:
                SetOffset(context, outcome.Held);
                return Results.StatusCode(StatusCodes.Status308PermanentRedirect);
        }
    }

    private bool MayRead(HttpContext context, Digest digest) =>
        callers.IsOperator(context) || (callers.FindRig(context) is { } rig && rigs.NeedsArtifact(rig.RigId, digest.ToString()));

    private bool MayWrite(HttpContext context) =>
        callers.IsOperator(context) || (callers.FindRig(context) is { } rig && rigs.HasLiveAttempt(rig.RigId));

    private ReasonedResult TooLarge() =>
        Fault(StatusCodes.Status413PayloadTooLarge, Reason.OutputTooLarge, $"The coordinator takes artifacts up to {options.MaxArtifactBytes} bytes (Storage:MaxArtifactBytes).");

    private static ReasonedResult Forbidden() => Fault(StatusCodes.Status403Forbidden, Reason.CertificateRequired, "Only operators, and rigs with an attempt that names it, may do that.");

    private static ReasonedResult NotHere(Digest digest) => Fault(StatusCodes.Status404NotFound, Reason.ArtifactMissing, $"{digest} is not here.");

    private static ReasonedResult Fault(int status, string reason, string detail) => new ReasonedResult(status, reason, detail);

    private static void SetOffset(HttpContext context, long offset) => context.Response.Headers[OffsetHeader] = offset.ToString(CultureInfo.InvariantCulture);

    private static bool TryReadNumber(HttpContext context, string header, out long? number)
    {
        number = null;
        if (!context.Request.Headers.TryGetValue(header, out var text))
        {
            return true;
        }

        var valid = long.TryParse(text.ToString(), NumberStyles.None, CultureInfo.InvariantCulture, out var value);
        number = value;
        return valid;
    }

    private static partial class Log
    {
        [LoggerMessage(3600, LogLevel.Information, "ArtifactStored {Digest} {Bytes}")]
        public static partial void ArtifactStored(ILogger logger, Digest digest, long bytes);

        [LoggerMessage(3601, LogLevel.Error, "ArtifactNotStored {Digest}")]
        public static partial void ArtifactNotStored(ILogger logger, Exception e, Digest digest);

        [LoggerMessage(3602, LogLevel.Information, "UploadBroke {Digest} {HeldBytes}")]
        public static partial void UploadBroke(ILogger logger, Digest digest, long heldBytes);
    }
}
