using Rigshift.Coordinator.Commands;
using Rigshift.Coordinator.Demo;
using Rigshift.Coordinator.Tests.Commands;

namespace Rigshift.Coordinator.Tests.Demo;

internal sealed class PredictionsTests
{
    private string directory = "";

    [SetUp]
    public void MakeDirectory() => directory = Directory.CreateTempSubdirectory("rigshift-predictions-").FullName;

    [TearDown]
    public void RemoveDirectory() => Directory.Delete(directory, recursive: true);

    [Test]
    public void Read_PredictionsAndLabels_CountsWhatIsRight()
    {
        var predictions = Read("file,class,label,score\nimages/1.png,7,seven,0.99\n2.png,1,\"o,ne\",\n3.png,2,two,0.5\n", "file,label\n1.png,seven\n2.png,two\n");
        Assert.That(predictions.All, Is.EqualTo(new[]
        {
            new DemoPrediction("1.png", "seven", 0.99, "seven"), new DemoPrediction("2.png", "o,ne", null, "two"), new DemoPrediction("3.png", "two", 0.5, null),
        }));
        Assert.That((predictions.Labelled, predictions.Right, predictions.Accuracy), Is.EqualTo((2, 1, 0.5)));
    }

    [Test]
    public void Read_DamagedFile_NamesFileAndLine() =>
        Assert.That(() => Read("file,class,label,score\n1.png,7\n", "file,label\n"),
            Throws.TypeOf<CommandException>().With.Message.Contains("predictions.csv").And.Message.Contains("line 2 has 2 fields"));

    [Test]
    public void Show_ManyPredictions_ShowsTwentyAndSaysHowManyMore()
    {
        using var capture = new ScreenCapture();
        var rows = string.Concat(Enumerable.Range(0, 30).Select(i => $"{i:000}.png,1,1,0.9\n"));
        Read("file,class,label,score\n" + rows, "file,label\n000.png,1\n001.png,2\n").Show(capture.Screen);
        Assert.That(capture.Out, Does.Contain("019.png").And.Not.Contain("020.png").And.Contain("… and 10 more."));
        Assert.That(capture.Out, Does.Match(@"1\s+1\s+1\s*\n2\s+1\s+0\s+1\n"), "right and wrong per digit");
    }

    private Predictions Read(string predictions, string labels)
    {
        var (a, b) = (Path.Combine(directory, "predictions.csv"), Path.Combine(directory, "labels.csv"));
        File.WriteAllText(a, predictions);
        File.WriteAllText(b, labels);
        return Predictions.Read(a, b);
    }
}
