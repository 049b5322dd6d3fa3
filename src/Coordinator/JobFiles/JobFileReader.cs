using System.Text;
using Rigshift.Protocol.V1;
using Rigshift.Rules;

namespace Rigshift.Coordinator.JobFiles;

/// <summary>Reads a job file into the job that the coordinator is sent. Refuses a bad one with all of its mistakes.</summary>
internal static class JobFileReader
{
    /// <summary>The largest job file; a job has no field that needs more.</summary>
    public const int MaxFileBytes = 1024 * 1024;

    // Leaves room in the largest message for what surrounds a spec.
    private const int MaxSpecBytes = ProtocolLimits.MaxLargeMessageBytes - (16 * 1024);

    /// <summary>Reads a file; its directory is where sources are looked for.</summary>
    public static JobFileResult ReadFile(string file)
    {
        var full = Path.GetFullPath(file);
        try
        {
            if (Directory.Exists(full))
            {
                return Refuse(file, "is a directory; name the job file in it.");
            }

            if (new FileInfo(full).Length > MaxFileBytes)
            {
                return Refuse(file, $"is larger than {MaxFileBytes >> 20} MiB; put data into files and list them under spec.inputs.");
            }

            var text = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true).GetString(File.ReadAllBytes(full));
            return Read(text.TrimStart('\uFEFF'), file, Path.GetDirectoryName(full) ?? "/");
        }
        catch (FileNotFoundException) // The author's mistake, in a sentence.
        {
            return Refuse(file, "does not exist; check the path.");
        }
        catch (DirectoryNotFoundException) // The same.
        {
            return Refuse(file, "does not exist; check the path.");
        }
        catch (DecoderFallbackException) // The same.
        {
            return Refuse(file, "is not UTF-8 text; save it as UTF-8.");
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException) // The system's answer is the message.
        {
            return Refuse(file, $"cannot be read: {SafeText.ForMessage(fault.Message)}");
        }
    }

    /// <summary>Reads text; <paramref name="name"/> is what messages call it.</summary>
    public static JobFileResult Read(string text, string name, string directory)
    {
        var faults = new FaultList(name);
        var job = YamlTreeReader.Read(text, faults) is { } root ? ReadRoot(root, directory, faults) : null;
        return faults.Any ? new JobFileResult(null, faults.Lines()) : new JobFileResult(job, []);
    }

    private static JobFileResult Refuse(string file, string text) => new(null, [$"{SafeText.ForMessage(file)}: {text}"]);

    private static JobFile? ReadRoot(YamlItem root, string directory, FaultList faults)
    {
        if (Section.Open(root, "", "", faults) is not { } top)
        {
            return null;
        }

        top.Choice("apiVersion", JobFields.ApiVersion);
        top.Choice("kind", JobFields.Kind);
        var name = ReadName(top.Map("metadata"));
        if (top.Map("spec") is not { } section)
        {
            return null;
        }

        var inputs = InputReader.Read(section, directory);
        var spec = SpecReader.Read(section, inputs);
        spec.Name = name ?? "";
        spec.Inputs.AddRange(inputs.Files.Select(f => new Input { Path = f.Path, Executable = f.Executable, Artifact = Placeholder(f.SizeBytes) }));
        if (!faults.Any && spec.CalculateSize() > MaxSpecBytes)
        {
            faults.Add(section.Place, "spec", "is larger than 1 MiB with the names of all its inputs; pack the files into one.");
        }

        return new JobFile(spec, inputs.Files);
    }

    // As long as a real digest, so that the size of the message is known before anything is hashed.
    private static ArtifactRef Placeholder(long size) => new() { Digest = Digest.Of([]).ToString(), SizeBytes = (ulong)size };

    private static string? ReadName(Section? metadata)
    {
        if (metadata?.Text("name") is not { } name)
        {
            return null;
        }

        if (name.Length is > 0 and <= JobLimits.MaxNameLength && name.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-'))
        {
            return name;
        }

        metadata.Fault("name", $"'{SafeText.ForMessage(name)}' is not a job's name; write 1 to {JobLimits.MaxNameLength} of a-z, 0-9 and '-'.");
        return null;
    }
}
