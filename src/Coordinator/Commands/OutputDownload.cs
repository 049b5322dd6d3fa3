using System.Net;
using System.Security.Cryptography;
using Rigshift.Protocol.V1;
using Rigshift.Rules;

namespace Rigshift.Coordinator.Commands;

/// <summary>Fetches a job's outputs into a directory. The paths come from a rig, so each is checked, and no link below the directory is followed.</summary>
internal sealed class OutputDownload(HttpClient bulk, string directory, Action<ulong> progress)
{
    public async Task FetchAsync(IReadOnlyList<Output> outputs, CancellationToken cancellation)
    {
        foreach (var output in outputs)
        {
            var path = Check(output, out var digest);
            await FetchOneAsync(path, digest, output.Artifact.SizeBytes, cancellation);
        }
    }

    private static ArtifactPath Check(Output output, out Digest digest)
    {
        var shown = SafeText.ForMessage(output.Path);
        if (!ArtifactPath.TryCreate(output.Path, out var path, out var fault))
        {
            throw new CommandException(ExitCode.Failed, $"The output '{shown}' {fault}; nothing of it was written.");
        }

        return Digest.TryParse(output.Artifact?.Digest, out digest)
            ? path
            : throw new CommandException(ExitCode.Failed, $"The output '{shown}' has no digest that this program knows. Update it.");
    }

    private async Task FetchOneAsync(ArtifactPath path, Digest digest, ulong size, CancellationToken cancellation)
    {
        var target = Prepare(path);
        if (await IsThereAsync(target, digest, size, cancellation))
        {
            progress(size);
            return;
        }

        using var reply = await bulk.GetAsync(new Uri($"/v1/artifacts/{digest}", UriKind.Relative), HttpCompletionOption.ResponseHeadersRead, cancellation);
        if (reply.StatusCode is HttpStatusCode.NotFound)
        {
            throw new CommandException(ExitCode.Failed, $"The coordinator no longer has {path} ({digest}).");
        }

        reply.EnsureSuccessStatusCode();
        var draft = target + ".part";
        try
        {
            await using (var file = new FileStream(draft, FileMode.Create, FileAccess.Write))
            await using (var body = await reply.Content.ReadAsStreamAsync(cancellation))
            {
                await CopyAsync(body, file, path, digest, size, cancellation);
            }

            File.Move(draft, target, overwrite: true);
        }
        finally
        {
            File.Delete(draft);
        }
    }

    private async Task CopyAsync(Stream body, FileStream file, ArtifactPath path, Digest digest, ulong size, CancellationToken cancellation)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[128 * 1024];
        ulong taken = 0;
        int read;
        while ((read = await body.ReadAsync(buffer, cancellation)) > 0 && (taken += (ulong)read) <= size)
        {
            hash.AppendData(buffer, 0, read);
            await file.WriteAsync(buffer.AsMemory(0, read), cancellation);
            progress((ulong)read);
        }

        if (taken != size || Digest.FromHash(hash.GetHashAndReset()) != digest)
        {
            throw new CommandException(ExitCode.Failed, $"{path} arrived damaged: its bytes are not those of {digest}. Nothing of it was kept; try again.");
        }
    }

    private static async Task<bool> IsThereAsync(string target, Digest digest, ulong size, CancellationToken cancellation)
    {
        if (new FileInfo(target) is not { Exists: true } file || (ulong)file.Length != size)
        {
            return false;
        }

        await using var stream = file.OpenRead();
        return Digest.FromHash(await SHA256.HashDataAsync(stream, cancellation)) == digest;
    }

    // Makes the directories one by one: what is there already must be a directory and not a link to one.
    private string Prepare(ArtifactPath path)
    {
        var at = Path.GetFullPath(directory);
        Directory.CreateDirectory(at);
        foreach (var segment in path.Segments.SkipLast(1))
        {
            at = Path.Combine(at, segment);
            RefuseLink(new DirectoryInfo(at));
            Directory.CreateDirectory(at);
        }

        at = Path.Combine(at, path.Segments[^1]);
        RefuseLink(new FileInfo(at));
        return at;
    }

    private static void RefuseLink(FileSystemInfo entry)
    {
        if (entry.LinkTarget is not null)
        {
            throw new CommandException(ExitCode.Failed, $"{entry.FullName} is a link; outputs are written through none. Name an empty directory with --out.");
        }
    }
}
