"""phono3py on the kernels of umklapp.

phono3py 4.10 and phonopy 4.10 leave what costs time to a module named phonors, which they import at each call. This
package has the same functions and takes its place, for the whole process:

>>> import umklapp.backend
>>> umklapp.backend.enable()            # until disable(), or: with umklapp.backend.enable(): ...

or for one calculation:

>>> phono3py = umklapp.backend.load("phono3py.yaml", lang="umklapp")
>>> phono3py.lang
'umklapp'

or from outside: the command phono3py-umklapp takes phono3py's options, and the environment variable
UMKLAPP_PHONO3PY=1 makes every phono3py that sees this package use it.

UMKLAPP_NUM_THREADS tells how many threads work, UMKLAPP_KERNELS which kernels; UMKLAPP_TRACE=1 writes a line to
standard error for each call.
"""

from ._coverage import coverage
from ._load import load
from ._module import disable, enable, enabled

__all__ = ["coverage", "disable", "enable", "enabled", "load"]
