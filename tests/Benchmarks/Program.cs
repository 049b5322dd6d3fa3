using Rigshift.Benchmarks;

return await BenchmarkRun.RunAsync(args);
