using System.Globalization;
using Rigshift.BenchmarkFloor;

// What a trivial program costs on this machine: the benchmarks hold the agent against it.
switch (args)
{
    case ["true"]:
        break;
    case ["tls", var endpoint]:
        await TlsFloor.ShakeHandsAsync(endpoint);
        break;
    case ["idle", var url]:
        await IdleFloor.RunAsync(new Uri(url));
        return 0;
    default:
        await Console.Error.WriteLineAsync("usage: rigshift-floor true | tls HOST:PORT | idle URL");
        return 2;
}

// The moment in the clock of whoever started us.
Console.WriteLine(DateTimeOffset.UtcNow.ToString("O", CultureInfo.InvariantCulture));
return 0;
