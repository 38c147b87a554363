@rem The scripts of package.json begin with "exec", so that signals to npm reach the service. cmd.exe has no such command: this is one.
@%*
