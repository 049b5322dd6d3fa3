using NUnit.Framework;

namespace Rigshift.TestKit;

/// <summary>The exception that something throws, never null, so that a test can look at it.</summary>
public static class Thrown
{
    public static async Task<T> ByAsync<T>(Func<Task> work)
        where T : Exception
    {
        try
        {
            await work();
        }
        catch (T e)
        {
            return e;
        }

        throw new AssertionException($"No {typeof(T).Name} was thrown.");
    }
}
