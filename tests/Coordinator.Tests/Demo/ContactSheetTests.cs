using Rigshift.Coordinator.Demo;
using StbImageSharp;

namespace Rigshift.Coordinator.Tests.Demo;

internal sealed class ContactSheetTests
{
    private static readonly Rgb Red = new(208, 36, 44);
    private static readonly Rgb Green = new(18, 138, 72);

    private string directory = "";

    [SetUp]
    public void MakeImages()
    {
        directory = Directory.CreateTempSubdirectory("rigshift-sheet-").FullName;
        foreach (var name in new[] { "a.png", "b.png" })
        {
            using var file = File.Create(Path.Combine(directory, name));
            new Canvas(8, 8, new Rgb(1, 2, 3)).SavePng(file);
        }
    }

    [TearDown]
    public void RemoveImages() => Directory.Delete(directory, recursive: true);

    [Test]
    public void Draw_RightAndWrong_ShowsTheWrongOneFirstInRed()
    {
        var sheet = ContactSheet.Draw(new Predictions([new DemoPrediction("a.png", "3", 1, "3"), new DemoPrediction("b.png", "5", 1, "8")]), directory);
        var red = Columns(sheet, Red);
        var green = Columns(sheet, Green);
        Assert.That(red, Is.Not.Empty);
        Assert.That(green, Is.Not.Empty);
        Assert.That(red.Max(), Is.LessThan(green.Min()));
    }

    [Test]
    public void Draw_Images_AreInThePictureThatIsSaved()
    {
        var sheet = ContactSheet.Draw(new Predictions([new DemoPrediction("a.png", "3", 1, "3")]), directory);
        using var stream = new MemoryStream();
        sheet.SavePng(stream);
        var image = ImageResult.FromMemory(stream.ToArray(), ColorComponents.RedGreenBlue);
        Assert.That((image.Width, image.Height), Is.EqualTo((sheet.Width, sheet.Height)));
        Assert.That(image.Data.Chunk(3).Count(p => p is [1, 2, 3]), Is.EqualTo(56 * 56));
    }

    [Test]
    public void Text_DrawnThreeTimesAsLarge_HasNineTimesThePixels()
    {
        var (small, large) = (new Canvas(60, 60, default), new Canvas(60, 60, default));
        small.Text(0, 0, "8?", 1, Red);
        large.Text(0, 0, "8?", 3, Red);
        Assert.That(Count(large), Is.EqualTo(9 * Count(small)).And.GreaterThan(0));
    }

    private static int Count(Canvas canvas) => Enumerable.Range(0, 60 * 60).Count(i => canvas[i % 60, i / 60] == Red);

    private static List<int> Columns(Canvas canvas, Rgb colour) =>
        [.. Enumerable.Range(0, canvas.Width).Where(x => Enumerable.Range(0, canvas.Height).Any(y => canvas[x, y] == colour))];
}
