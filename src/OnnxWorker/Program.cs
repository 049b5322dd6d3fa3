using Rigshift.OnnxWorker;

return Worker.Run(args, Console.Out, Console.Error, TimeProvider.System);
