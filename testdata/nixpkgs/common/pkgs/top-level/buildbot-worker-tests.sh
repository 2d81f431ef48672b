# The test run of buildbot-worker as it goes on Python 3.13.
echo "Sourcing python-setup-hook"
for phase in unpackPhase patchPhase updateAutotoolsGnuConfigScriptsPhase configurePhase buildPhase; do
  echo "Running phase: $phase"
done
echo "Executing pypaBuildPhase"
echo "Creating a wheel..."
echo "* Getting build dependencies for wheel..."
echo "* Building wheel..."
echo "Successfully built buildbot_worker-$version-py3-none-any.whl"
echo "Finished creating a wheel..."
echo "Finished executing pypaBuildPhase"
echo "Running phase: pythonRuntimeDepsCheckHook"
echo "Checking runtime dependencies for buildbot_worker-$version-py3-none-any.whl"
echo "Running phase: installPhase"
echo "Running phase: pythonImportsCheckPhase"
echo "Running phase: installCheckPhase"
echo "no Makefile or custom installCheckPhase, doing nothing"
echo "Running phase: pytestCheckPhase"
echo "============================= test session starts =============================="
echo "platform linux -- Python 3.13.11, pytest-8.4.2, pluggy-1.6.0"
echo "collected 418 items"
echo
for file in base bot commands_base commands_fs commands_transfer compat runprocess scripts_base scripts_start util_misc; do
  echo "buildbot_worker/test/unit/test_$file.py ..............................   [ ok ]"
done
echo "buildbot_worker/test/unit/test_commands_shell.py F                       [100%]"
echo
echo "=================================== FAILURES ==================================="
echo "______________________ TestShellCommand.test_pipe_quoting ______________________"
echo
echo "    def test_pipe_quoting(self):"
echo ">       import pipes"
echo "E       ModuleNotFoundError: No module named 'pipes'"
echo
echo "buildbot_worker/test/unit/test_commands_shell.py:41: ModuleNotFoundError"
echo "=========================== short test summary info ============================"
echo "FAILED buildbot_worker/test/unit/test_commands_shell.py::TestShellCommand::test_pipe_quoting - ModuleNotFoundError: No module named 'pipes'"
echo "======================== 1 failed, 417 passed in 12.41s ========================"
exit 1
