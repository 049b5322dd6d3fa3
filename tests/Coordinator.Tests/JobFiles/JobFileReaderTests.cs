using Rigshift.Coordinator.JobFiles;
using Rigshift.Protocol.V1;
using Rigshift.Rules;

namespace Rigshift.Coordinator.Tests.JobFiles;

internal sealed class JobFileReaderTests
{
    private const string Head = "apiVersion: rigshift/v1\nkind: Job\nmetadata: {name: digits}\n";

    private string directory = "";

    [SetUp]
    public void MakeFiles()
    {
        directory = Directory.CreateTempSubdirectory("rigshift-jobfile-").FullName;
        File.WriteAllText(Path.Combine(directory, "model.onnx"), "model");
        Directory.CreateDirectory(Path.Combine(directory, "images", "more"));
        File.WriteAllText(Path.Combine(directory, "images", "b.png"), "b");
        File.WriteAllText(Path.Combine(directory, "images", "a.png"), "aa");
        File.WriteAllText(Path.Combine(directory, "images", "more", "c.png"), "");
        File.WriteAllText(Path.Combine(directory, "run.sh"), "#!/bin/sh");
    }

    [TearDown]
    public void RemoveFiles() => Directory.Delete(directory, recursive: true);

    [Test]
    public void Read_OnnxJob_MapsEveryField()
    {
        var job = Accept(Head + """
            spec:
              runtime: onnx
              resources: {gpus: 1, cpu: 500m, memory: 512Mi, disk: 1Gi}
              timeout: 10m
              maxAttempts: 5
              priority: -3
              leaseClass: interactive
              environment: {MODE: fast, LEVEL: 3}
              inputs:
                - path: m/model.onnx
                  source: model.onnx
                - path: images
              outputs: [predictions.csv, "**/*.npy"]
              onnx:
                model: m/model.onnx
                images: {directory: images, width: 28, height: 14, channels: 1, layout: nhwc, scale: 0.5, mean: [0.1], std: [0.3]}
                batchSize: 64
                classify: true
                labels: [0, one]
            """);
        Assert.That(job.Spec.ToString(), Is.EqualTo(new JobSpec
        {
            Name = "digits",
            Resources = new Resources { Gpus = 1, CpuMillis = 500, MemoryBytes = 512UL << 20, DiskBytes = 1UL << 30 },
            TimeoutS = 600,
            MaxAttempts = 5,
            Priority = -3,
            LeaseClass = LeaseClass.Interactive,
            Environment = { ["MODE"] = "fast", ["LEVEL"] = "3" },
            Inputs =
            {
                Input("m/model.onnx", 5), Input("images/a.png", 2), Input("images/b.png", 1), Input("images/more/c.png", 0),
            },
            Outputs = { "predictions.csv", "**/*.npy" },
            Onnx = new OnnxSpec
            {
                Model = "m/model.onnx",
                Images = new ImageSource { Directory = "images", Width = 28, Height = 14, Channels = 1, Layout = TensorLayout.Nhwc, Scale = 0.5f, Mean = { 0.1f }, Std = { 0.3f } },
                BatchSize = 64,
                Classify = true,
                Labels = { "0", "one" },
            },
        }.ToString()));
        Assert.That(job.Files.Select(f => Path.GetRelativePath(directory, f.FullName).Replace('\\', '/')),
            Is.EqualTo(new[] { "model.onnx", "images/a.png", "images/b.png", "images/more/c.png" }));
    }

    [Test]
    public void Read_SmallestProcessJob_GetsTheDocumentedDefaults()
    {
        var job = Accept(Head + "spec: {runtime: process, inputs: [{path: run.sh, executable: true}], process: {command: [./run.sh, -v]}}");
        Assert.That(job.Spec.Process.Command, Is.EqualTo(new[] { "./run.sh", "-v" }));
        Assert.That(job.Spec.Inputs.Single().Executable, Is.True);
        Assert.That(job.Spec.TimeoutS, Is.EqualTo(JobLimits.DefaultTimeoutS));
        Assert.That(job.Spec.MaxAttempts, Is.EqualTo(JobLimits.DefaultMaxAttempts));
        Assert.That(job.Spec.Resources, Is.EqualTo(new Resources
        {
            CpuMillis = JobLimits.DefaultCpuMillis,
            MemoryBytes = JobLimits.DefaultMemoryBytes,
            DiskBytes = JobLimits.DefaultDiskBytes,
        }));
        Assert.That(job.Spec.LeaseClass, Is.EqualTo(LeaseClass.Batch));
    }

    [Test]
    public void Read_SeveralMistakes_NamesEachWithPlaceFieldAndRemedy()
    {
        var faults = Refuse("""
            apiVersion: rigshift/v1
            kind: job
            metadata:
              name: Digits
            spec:
              runtime: onnx
              timeout: 600
              max_attempts: 3
              resources:
                memory: 512MB
                cpus: 2
              inputs:
                - path: model.onnx
                  source: modle.onnx
              onnx:
                model: model.onnx
                images: {directory: images, width: 28, height: 0}
            """);
        Assert.That(faults, Is.EqualTo(new[]
        {
            "job.yaml:2:7: kind: 'job' is not known; did you mean Job?",
            "job.yaml:4:9: metadata.name: 'Digits' is not a job's name; write 1 to 63 of a-z, 0-9 and '-'.",
            "job.yaml:7:12: spec.timeout: '600' has no unit; write 600s for seconds or 600m for minutes.",
            "job.yaml:8:3: spec.max_attempts: is not a field; did you mean spec.maxAttempts?",
            "job.yaml:10:13: spec.resources.memory: '512MB' has an unknown unit 'MB'; write 512Mi (powers of 1024) or 512M (powers of 1000).",
            "job.yaml:11:5: spec.resources.cpus: is not a field; did you mean spec.resources.cpu?",
            "job.yaml:14:15: spec.inputs[0].source: 'modle.onnx' does not exist; paths are relative to the job file's directory.",
            "job.yaml:17:52: spec.onnx.images.height: '0' is not a whole number from 1 to 16384.",
        }));
    }

    [TestCase("spec: {runtime: process, process: {command: [/bin/true]}, gpus: 1}", "did you mean spec.resources.gpus?")]
    [TestCase("spec: {runtime: process, process: {command: [/bin/true]}, timeout: 1m, timeout: 2m}", "spec.timeout: is there twice")]
    [TestCase("spec: {runtime: process, process: {command: [/bin/true]}, timeout: }", "has no value")]
    [TestCase("spec: {runtime: process, process: {command: [/bin/true]}, timeout: 31d}", "is out of bounds; write 1s to 30d")]
    [TestCase("spec: {runtime: process, process: {command: []}}", "has 0 words")]
    [TestCase("spec: {runtime: process, process: {command: [run.sh]}}", "neither absolute nor begins with './'")]
    [TestCase("spec: {runtime: process, process: {command: [./run.sh]}}", "is not among the inputs")]
    [TestCase("spec: {runtime: process}", "needs the map spec.process")]
    [TestCase("spec: {process: {command: [/bin/true]}}", "spec.runtime: is missing")]
    [TestCase("spec: {runtime: onnx, process: {command: [/bin/true]}}", "does not go with 'runtime: onnx'")]
    [TestCase("spec: {runtime: docker, process: {command: [/bin/true]}}", "'docker' is not known; write onnx or process")]
    [TestCase("spec: {runtime: process, process: {command: [/bin/true]}, inputs: [{path: ../x, source: run.sh}]}", "leaves its directory")]
    [TestCase("spec: {runtime: process, process: {command: [/bin/true]}, inputs: [{path: A, source: run.sh}, {path: a, source: run.sh}]}", "laid out twice")]
    [TestCase("spec: {runtime: process, process: {command: [/bin/true]}, outputs: [/etc/*]}", "is absolute")]
    [TestCase("spec: {runtime: process, process: {command: [/bin/true]}, environment: {2X: 1}}", "not a variable's name")]
    [TestCase("spec: {runtime: onnx, inputs: [{path: model.onnx}], onnx: {model: model.onnx}}", "neither images nor tensors")]
    [TestCase("spec: {runtime: onnx, inputs: [{path: model.onnx}], onnx: {model: modl.onnx, tensors: {x: model.onnx}}}", "did you mean model.onnx?")]
    [TestCase("spec: {runtime: onnx, inputs: [{path: model.onnx}, {path: images}], onnx: {model: model.onnx, images: {directory: images, width: 1, height: 1, std: [1, 0, 1]}}}", "divides by 0")]
    [TestCase("spec: [1, 2]", "spec: is not a map")]
    [TestCase("spec: &x {runtime: process, process: {command: [/bin/true]}}", "is an anchor")]
    [TestCase("spec: *x", "is an alias")]
    [TestCase("spec: !!python/object {}", "is a tag")]
    [TestCase("spec: {runtime: process, process: {command: [/bin/true]}}\n---\nkind: Job", "a second document")]
    [TestCase("spec: {runtime: process", "is not YAML")]
    [TestCase("spec:\n\truntime: process", "is not YAML")]
    public void Read_OneMistake_NamesTheRemedy(string spec, string expected) => Assert.That(Refuse(Head + spec), Has.Some.Contains(expected));

    [Test]
    public void Read_AliasBomb_IsRefusedWithoutExpandingIt()
    {
        var bomb = "a: &a [x, x]\n" + string.Concat(Enumerable.Range('b', 20).Select(c => $"{(char)c}: &{(char)c} [*{(char)(c - 1)}, *{(char)(c - 1)}]\n"));
        Assert.That(Refuse(bomb), Has.Some.Contains("job files take no anchors and aliases"));
    }

    [Test]
    public void Read_DeepNesting_IsRefused() => Assert.That(Refuse("spec: " + new string('[', 100_000)), Has.Some.Contains("nested deeper"));

    [Test]
    public void Read_ControlCharactersInAName_NeverReachTheMessage() =>
        Assert.That(string.Concat(Refuse(Head + "spec: {\"\\e[2Jx\": 1}")), Does.Not.Contain('\u001b'));

    [Test]
    public void Read_LinkInADirectory_IsRefusedByName()
    {
        File.CreateSymbolicLink(Path.Combine(directory, "images", "link.png"), Path.Combine(directory, "run.sh"));
        Assert.That(Refuse(Head + "spec: {runtime: process, process: {command: [/bin/true]}, inputs: [{path: images}]}"),
            Has.Some.Contains("link.png' is a link; put the file itself there"));
    }

    [Test]
    public void ReadFile_TooLarge_IsRefusedBeforeItIsParsed()
    {
        var file = Path.Combine(directory, "big.yaml");
        File.WriteAllText(file, new string('#', JobFileReader.MaxFileBytes + 1));
        Assert.That(JobFileReader.ReadFile(file).Faults.Single(), Does.Contain("is larger than 1 MiB"));
    }

    [Test]
    public void ReadFile_Missing_SaysSo() =>
        Assert.That(JobFileReader.ReadFile(Path.Combine(directory, "none.yaml")).Faults.Single(), Does.EndWith("none.yaml: does not exist; check the path."));

    [Test]
    public void ReadFile_NotUtf8_SaysSo()
    {
        var file = Path.Combine(directory, "latin.yaml");
        File.WriteAllBytes(file, [.. "kind: "u8, 0xE9]);
        Assert.That(JobFileReader.ReadFile(file).Faults.Single(), Does.Contain("is not UTF-8"));
    }

    private JobFile Accept(string text)
    {
        var result = JobFileReader.Read(text, "job.yaml", directory);
        Assert.That(result.Faults, Is.Empty);
        return result.Job!; // Without faults there is a job.
    }

    private IReadOnlyList<string> Refuse(string text)
    {
        var result = JobFileReader.Read(text, "job.yaml", directory);
        Assert.That(result.Job, Is.Null);
        return result.Faults;
    }

    private static Input Input(string path, ulong size) =>
        new() { Path = path, Artifact = new ArtifactRef { Digest = Digest.Of([]).ToString(), SizeBytes = size } };
}
