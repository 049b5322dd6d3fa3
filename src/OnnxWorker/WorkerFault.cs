using Rigshift.Rules;

namespace Rigshift.OnnxWorker;

/// <summary>
/// Ends this program with one of <see cref="OnnxExit"/>'s codes and one sentence for the job owner. An exception, because every place that finds a
/// fault has the same answer: nothing of this run can be used, and the process ends.
/// </summary>
internal sealed class WorkerFault : Exception
{
    private WorkerFault(int exitCode, string sentence, Exception? cause)
        : base(sentence, cause) => ExitCode = exitCode;

    public int ExitCode { get; }

    public static WorkerFault Plan(string sentence, Exception? cause = null) => new(OnnxExit.PlanInvalid, sentence, cause);

    public static WorkerFault Model(string sentence, Exception? cause = null) => new(OnnxExit.ModelInvalid, sentence, cause);

    public static WorkerFault Input(string sentence, Exception? cause = null) => new(OnnxExit.InputInvalid, sentence, cause);

    public static WorkerFault Output(string path, Exception cause) => cause is IOException io && IsFull(io)
        ? new(OnnxExit.DiskFull, $"The disk is full: '{SafeText.ForMessage(path)}' could not be written.", cause)
        : new(OnnxExit.DiskError, $"'{SafeText.ForMessage(path)}' cannot be written: {SafeText.ForMessage(cause.Message)}", cause);

    // ENOSPC, EFBIG (a file size limit) and EDQUOT on Linux; ERROR_DISK_FULL and ERROR_HANDLE_DISK_FULL on Windows.
    private static bool IsFull(IOException fault) => fault.HResult is 28 or 27 or 122 or unchecked((int)0x80070070) or unchecked((int)0x80070027);
}
