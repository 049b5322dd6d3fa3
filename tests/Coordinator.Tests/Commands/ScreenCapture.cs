using Rigshift.Coordinator.Commands;

namespace Rigshift.Coordinator.Tests.Commands;

/// <summary>A screen whose text a test can read.</summary>
internal sealed class ScreenCapture : IDisposable
{
    private readonly StringWriter output = new() { NewLine = "\n" };
    private readonly StringWriter error = new() { NewLine = "\n" };

    public ScreenCapture(bool terminal = false, bool colour = false, int width = 100) => Screen = new Screen(output, error, terminal, colour, width);

    public Screen Screen { get; }

    public string Out => output.ToString();

    public string Error => error.ToString();

    public void Dispose()
    {
        output.Dispose();
        error.Dispose();
    }
}
