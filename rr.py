import sys,os; sys.path.insert(0,'/tmp/rd/w2')
from pathlib import Path
from ingest.reading.readers import read
lim=int(os.environ.get('LIM','600'))
for f in sys.argv[1:]:
    try:
        for d in read(Path(f)): print('==',os.path.basename(f),d.title,d.notes); print(d.text[:lim])
    except Exception as e: print('==',f,type(e).__name__,e)
