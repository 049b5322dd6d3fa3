using Rigshift.Rules;

namespace Rigshift.Coordinator.JobFiles;

/// <summary>Reads the list "spec.inputs" and finds the files behind it.</summary>
internal sealed class InputReader
{
    private readonly List<LocalFile> files = [];

    // Windows rigs do not tell A from a.
    private readonly Dictionary<string, string> taken = new(StringComparer.OrdinalIgnoreCase);
    private readonly string directory;
    private readonly FaultList faults;
    private bool incomplete;

    private InputReader(string directory, FaultList faults) => (this.directory, this.faults) = (directory, faults);

    public static InputSet Read(Section spec, string directory)
    {
        var reader = new InputReader(directory, spec.Faults);
        var items = spec.List("inputs");
        for (var i = 0; i < items.Count && reader.files.Count <= JobLimits.MaxInputs; i++)
        {
            reader.ReadInput(items[i], $"{spec.Under("inputs")}[{i}]");
        }

        if (reader.files.Count > JobLimits.MaxInputs)
        {
            spec.Fault("inputs", $"has more than {JobLimits.MaxInputs} files; pack them into fewer.");
            reader.incomplete = true;
        }

        return new InputSet(reader.files, reader.incomplete);
    }

    private void ReadInput(YamlItem item, string path)
    {
        var section = Section.Open(item, path, "spec.inputs[]", faults);
        if (section?.Item("path") is not { } target || Values.SafePath(target, section.Under("path"), faults) is not { } name)
        {
            incomplete = true;
            return;
        }

        var source = section.Has("source") ? section.Text("source") : name;
        var executable = section.Flag("executable");
        if (string.IsNullOrEmpty(source) || source.Contains('\0', StringComparison.Ordinal))
        {
            incomplete = true;
            return;
        }

        var field = section.Has("source") ? "source" : "path";
        try
        {
            Expand(section, field, name, source, executable);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException) // The system's answer is the message.
        {
            incomplete = true;
            section.Fault(field, $"'{SafeText.ForMessage(source)}' cannot be read: {SafeText.ForMessage(fault.Message)}");
        }
    }

    private void Expand(Section section, string field, string name, string shown, bool executable)
    {
        var source = Path.GetFullPath(shown, directory);
        if (Directory.Exists(source))
        {
            var before = files.Count;
            Walk(section, field, name, new DirectoryInfo(source), executable);
            if (files.Count == before && !incomplete)
            {
                section.Fault(field, $"'{SafeText.ForMessage(shown)}' is an empty directory; put the files there first.");
            }
        }
        else if (new FileInfo(source) is { Exists: true } file)
        {
            // A link that the author names is followed; one found in a directory is not.
            var real = file.ResolveLinkTarget(returnFinalTarget: true) as FileInfo ?? file;
            Add(section, field, name, real, executable);
        }
        else
        {
            incomplete = true;
            section.Fault(field, $"'{SafeText.ForMessage(shown)}' does not exist; paths are relative to the job file's directory.");
        }
    }

    private void Walk(Section section, string field, string name, DirectoryInfo at, bool executable)
    {
        foreach (var entry in at.EnumerateFileSystemInfos().OrderBy(e => e.Name, StringComparer.Ordinal))
        {
            if (files.Count > JobLimits.MaxInputs)
            {
                return;
            }

            if (entry.LinkTarget is not null)
            {
                incomplete = true;
                section.Fault(field, $"'{SafeText.ForMessage(entry.FullName)}' is a link; put the file itself there.");
            }
            else if (entry is DirectoryInfo below)
            {
                Walk(section, field, $"{name}/{entry.Name}", below, executable);
            }
            else
            {
                Add(section, field, $"{name}/{entry.Name}", (FileInfo)entry, executable);
            }
        }
    }

    private void Add(Section section, string field, string name, FileInfo file, bool executable)
    {
        if (!ArtifactPath.TryCreate(name, out _, out var fault))
        {
            incomplete = true;
            section.Fault(field, $"'{SafeText.ForMessage(name)}' {fault}; rename the file.");
        }
        else if (!taken.TryAdd(name, name))
        {
            section.Fault("path", $"'{SafeText.ForMessage(name)}' is laid out twice (as '{SafeText.ForMessage(taken[name])}'); give each input a path of its own.");
        }
        else
        {
            files.Add(new LocalFile(name, file.FullName, file.Length, executable));
        }
    }
}
