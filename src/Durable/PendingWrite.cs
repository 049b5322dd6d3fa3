namespace Rigshift.Durable;

/// <summary>A write on its way to the disk. Its caller hears of it once, after the commit that carried it.</summary>
internal abstract class PendingWrite
{
    protected Exception? Rejection { get; private set; }

    public abstract void Run(SqlSession session);

    /// <summary>The work itself threw and was rolled back; told to the caller after the commit of the others.</summary>
    public void Reject(Exception cause) => Rejection = cause;

    public abstract void Complete();

    public abstract void Fail(Exception cause);
}

internal sealed class PendingWrite<T>(Func<SqlSession, T> work) : PendingWrite
{
    private readonly TaskCompletionSource<T> done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private T? value;

    public Task<T> Done => done.Task;

    public override void Run(SqlSession session) => value = work(session);

    public override void Complete()
    {
        if (Rejection is { } cause)
        {
            done.TrySetException(cause);
        }
        else
        {
            done.TrySetResult(value!); // Run has set it: there was no rejection.
        }
    }

    public override void Fail(Exception cause) => done.TrySetException(Rejection ?? cause);
}
