using System.Text.Json;

namespace Rigshift.Agent.Runtimes.Shim;

/// <summary>
/// The records of the control directory as JSON, read and written token by token: a serializer's tables are made anew in every
/// process, and in a shim, which handles three records in its life, that is a fifth of all it does.
/// </summary>
internal static class ShimText
{
    public static byte[] Write(LaunchOrder order) => Write(json =>
    {
        json.WriteString("attemptId"u8, order.AttemptId);
        json.WriteString("bootId"u8, order.BootId);
        WriteList(json, "command"u8, order.Command);
        WriteList(json, "environment"u8, order.Environment);
        json.WriteString("workingDirectory"u8, order.WorkingDirectory);
        json.WriteNumber("graceMs"u8, order.GraceMs);
        json.WriteNumber("logCapBytes"u8, order.LogCapBytes);
    });

    public static byte[] Write(ShimMark mark) => Write(json =>
    {
        json.WriteNumber("pid"u8, mark.Pid);
        json.WriteNumber("startTime"u8, mark.StartTime);
        json.WriteString("imagePath"u8, mark.ImagePath);
        json.WriteString("bootId"u8, mark.BootId);
    });

    public static byte[] Write(ExitRecord exit) => Write(json =>
    {
        json.WriteString("bootId"u8, exit.BootId);
        if (exit.LaunchFault is { } fault)
        {
            json.WriteString("launchFault"u8, fault);
        }

        WriteNumber(json, "exitCode"u8, exit.ExitCode);
        WriteNumber(json, "signal"u8, exit.Signal);
        json.WriteBoolean("neverStarted"u8, exit.NeverStarted);
        json.WriteBoolean("onDisk"u8, exit.OnDisk);
        WriteNumber(json, "wallS"u8, exit.WallS);
        WriteNumber(json, "cpuS"u8, exit.CpuS);
        WriteNumber(json, "peakMemoryBytes"u8, exit.PeakMemoryBytes);
    });

    /// <exception cref="JsonException">It is not one, or not a whole one.</exception>
    public static LaunchOrder ReadOrder(ReadOnlySpan<byte> bytes)
    {
        var fields = ShimFields.Read(bytes);
        return new(
            fields.Id("attemptId"), fields.Text("bootId"), fields.List("command"), fields.List("environment"), fields.Text("workingDirectory"),
            (int)fields.Whole("graceMs"), fields.Whole("logCapBytes"));
    }

    /// <exception cref="JsonException">It is not one, or not a whole one.</exception>
    public static ShimMark ReadMark(ReadOnlySpan<byte> bytes)
    {
        var fields = ShimFields.Read(bytes);
        return new((int)fields.Whole("pid"), fields.Whole("startTime"), fields.Text("imagePath"), fields.Text("bootId"));
    }

    /// <exception cref="JsonException">It is not one, or not a whole one.</exception>
    public static ExitRecord ReadExit(ReadOnlySpan<byte> bytes)
    {
        var fields = ShimFields.Read(bytes);
        return new(
            fields.Text("bootId"),
            fields.Has("launchFault") ? fields.Text("launchFault") : null,
            fields.Has("exitCode") ? (int)fields.Whole("exitCode") : null,
            fields.Has("signal") ? (int)fields.Whole("signal") : null,
            fields.Flag("neverStarted"),
            fields.Flag("onDisk"),
            fields.Has("wallS") ? fields.Number("wallS") : null,
            fields.Has("cpuS") ? fields.Number("cpuS") : null,
            fields.Has("peakMemoryBytes") ? fields.Whole("peakMemoryBytes") : null);
    }

    private static byte[] Write(Action<Utf8JsonWriter> fields)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            fields(json);
            json.WriteEndObject();
        }

        return buffer.ToArray();
    }

    private static void WriteNumber(Utf8JsonWriter json, ReadOnlySpan<byte> name, double? value)
    {
        if (value is { } number)
        {
            json.WriteNumber(name, number);
        }
    }

    private static void WriteNumber(Utf8JsonWriter json, ReadOnlySpan<byte> name, long? value)
    {
        if (value is { } number)
        {
            json.WriteNumber(name, number);
        }
    }

    private static void WriteList(Utf8JsonWriter json, ReadOnlySpan<byte> name, IReadOnlyList<string> items)
    {
        json.WriteStartArray(name);
        foreach (var item in items)
        {
            json.WriteStringValue(item);
        }

        json.WriteEndArray();
    }
}
