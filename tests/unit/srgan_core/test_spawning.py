import os
import subprocess
import sys

from srgan_core.spawning import PackageContext

PROGRAM = """
import os
print("begun", flush=True)
from srgan_core.spawning import PackageContext
child = PackageContext().Process(target=os.getcwd)
child.start()
child.join()
print("ended with", child.exitcode, __file__ is not None)
"""


def test_a_program_without_a_guard_does_not_begin_again(tmp_path):
    (tmp_path / "program.py").write_text(PROGRAM)
    command = [sys.executable, str(tmp_path / "program.py")]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.stdout.splitlines() == ["begun", "ended with 0 True"], done.stderr


def test_the_main_module_stays_as_it_is():
    main = sys.modules["__main__"]
    before = main.__spec__, getattr(main, "__file__", None)
    child = PackageContext().Process(target=os.getcwd)
    child.start()
    child.join()
    assert (main.__spec__, getattr(main, "__file__", None)) == before
