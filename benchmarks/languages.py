"""One text in each of many languages, with the code page that it was usually written in before UTF-8.

Article 1 of the Universal Declaration of Human Rights, two sentences, and a sentence of our own before it."""

from __future__ import annotations

# Language, code page, sentences.
# fmt: off
TEXTS: tuple[tuple[str, str, tuple[str, str, str]], ...] = (
    ("English", "cp1252", (
        "Don’t open the valve before the pressure has fallen below two bar – the operator’s manual says “never”.",
        "All human beings are born free and equal – in dignity and rights.",
        "They’re endowed with reason and conscience and should act towards one another in a spirit of brotherhood.",
    )),
    ("German", "cp1252", (
        "Die Maschine steht in der Halle und wird jeden Tag geprüft; der Schlüssel liegt im Büro.",
        "Alle Menschen sind frei und gleich an Würde und Rechten geboren.",
        "Sie sind mit Vernunft und Gewissen begabt und sollen einander im Geist der Brüderlichkeit begegnen.",
    )),
    ("French", "cp1252", (
        "L’été dernier, la pompe a été réparée à l’atelier ; le préavis est de trois mois.",
        "Tous les êtres humains naissent libres et égaux en dignité et en droits.",
        "Ils sont doués de raison et de conscience et doivent agir les uns envers les autres dans "
        "un esprit de fraternité.",
    )),
    ("Spanish", "cp1252", (
        "La garantía cubre los daños ocurridos durante el transporte de la grúa pequeña.",
        "Todos los seres humanos nacen libres e iguales en dignidad y derechos y así será mañana.",
        "Dotados como están de razón y conciencia, deben comportarse fraternalmente los unos con los otros.",
    )),
    ("Portuguese", "cp1252", (
        "A manutenção não é necessária antes de três anos; a instalação está incluída no preço.",
        "Todos os seres humanos nascem livres e iguais em dignidade e em direitos, e são irmãos.",
        "Dotados de razão e de consciência, devem agir uns para com os outros em espírito de fraternidade.",
    )),
    ("Italian", "cp1252", (
        "La garanzia è valida perché la macchina è già stata controllata lunedì; più tardi non sarà così.",
        "Tutti gli esseri umani nascono liberi ed eguali in dignità e diritti.",
        "Essi sono dotati di ragione e di coscienza e l’umanità è fratellanza.",
    )),
    ("Dutch", "cp1252", (
        "De pomp is geïnspecteerd en de coördinatie met de reële gebruikers is geregeld.",
        "Alle mensen worden vrij en gelijk in waardigheid en rechten geboren, één voor één.",
        "Zij zijn begiftigd met verstand en geweten, en behoren zich jegens elkander in een geest van broederschap te "
        "gedragen, zo zegt de geïllustreerde uitgave.",
    )),
    ("Swedish", "cp1252", (
        "Maskinen står i hallen och prövas varje år; nyckeln ligger på kontoret.",
        "Alla människor är födda fria och lika i värde och rättigheter.",
        "De har utrustats med förnuft och samvete och bör handla gentemot varandra i en anda av gemenskap.",
    )),
    ("Danish", "cp1252", (
        "Maskinen står i hallen og prøves hvert år; nøglen ligger på kontoret.",
        "Alle mennesker er født frie og lige i værdighed og rettigheder.",
        "De er udstyret med fornuft og samvittighed, og de bør handle mod hverandre i en broderskabets ånd.",
    )),
    ("Norwegian", "cp1252", (
        "Maskinen står i hallen og prøves hvert år; nøkkelen ligger på kontoret.",
        "Alle mennesker er født frie og med samme menneskeverd og menneskerettigheter, også nå.",
        "De er utstyrt med fornuft og samvittighet og bør handle mot hverandre i brorskapets ånd.",
    )),
    ("Finnish", "cp1252", (
        "Kone seisoo hallissa ja se tarkastetaan joka päivä; avain on pöydällä.",
        "Kaikki ihmiset syntyvät vapaina ja tasavertaisina arvoltaan ja oikeuksiltaan myös tänään.",
        "Heille on annettu järki ja omatunto, ja heidän on toimittava toisiaan kohtaan veljeyden hengessä.",
    )),
    ("Icelandic", "cp1252", (
        "Vélin stendur í salnum og er prófuð á hverjum degi; lykillinn er á skrifstofunni.",
        "Hver maður er borinn frjáls og jafn öðrum að virðingu og réttindum.",
        "Menn eru gæddir vitsmunum og samvisku, og ber þeim að breyta bróðurlega hverjum við annan.",
    )),
    ("Catalan", "cp1252", (
        "La garantia cobreix els danys ocorreguts després de la instal·lació de la grua més petita.",
        "Tots els éssers humans neixen lliures i iguals en dignitat i en drets.",
        "Són dotats de raó i de consciència, i han de comportar-se fraternalment els uns amb els altres.",
    )),
    ("Polish", "cp1250", (
        "Maszyna stoi w hali i jest sprawdzana każdego dnia; klucz leży w biurze kierownika zmiany, "
        "który się śpieszy.",
        "Wszyscy ludzie rodzą się wolni i równi pod względem swej godności i swych praw.",
        "Są oni obdarzeni rozumem i sumieniem i powinni postępować wobec innych w duchu braterstwa.",
    )),
    ("Czech", "cp1250", (
        "Stroj stojí v hale a je každý den zkoušen; klíč leží v kanceláři vedoucího směny.",
        "Všichni lidé se rodí svobodní a sobě rovní co do důstojnosti a práv.",
        "Jsou nadáni rozumem a svědomím a mají spolu jednat v duchu bratrství.",
    )),
    ("Slovak", "cp1250", (
        "Stroj stojí v hale a každý deň sa skúša; kľúč leží v kancelárii vedúceho zmeny.",
        "Všetci ľudia sa rodia slobodní a sebe rovní, čo sa týka ich dôstojnosti a práv.",
        "Sú obdarení rozumom a svedomím a majú navzájom konať v bratskom duchu.",
    )),
    ("Hungarian", "cp1250", (
        "A gép a csarnokban áll, és minden nap ellenőrzik; a kulcs az irodában fekszik, a nagyfőnök "
        "fűtött szobájában.",
        "Minden emberi lény szabadon születik és egyenlő méltósága és joga van.",
        "Az emberek, ésszel és lelkiismerettel bírván, egymással szemben testvéri szellemben kell hogy viseltessenek.",
    )),
    ("Romanian", "cp1250", (
        "Maşina stă în hală şi este verificată în fiecare zi; cheia se află în biroul şefului, lângă uşă.",
        "Toate fiinţele umane se nasc libere şi egale în demnitate şi în drepturi.",
        "Ele sunt înzestrate cu raţiune şi conştiinţă şi trebuie să se comporte unele faţă de altele în spiritul "
        "fraternităţii.",
    )),
    ("Croatian", "cp1250", (
        "Stroj stoji u hali i provjerava se svaki dan; ključ leži u uredu, gdje ga čuva šef smjene.",
        "Sva ljudska bića rađaju se slobodna i jednaka u dostojanstvu i pravima.",
        "Ona su obdarena razumom i sviješću i trebaju jedna prema drugima postupati u duhu bratstva.",
    )),
    ("Slovenian", "cp1250", (
        "Stroj stoji v hali in se preverja vsak dan; ključ leži v pisarni, kjer ga čuva vodja.",
        "Vsi ljudje se rodijo svobodni in imajo enako dostojanstvo in enake pravice, če so že rojeni.",
        "Obdarjeni so z razumom in vestjo in bi morali ravnati drug z drugim kakor bratje, v duhu družine.",
    )),
    ("Russian", "cp1251", (
        "Машина стоит в цехе и проверяется каждый день; ключ лежит в конторе.",
        "Все люди рождаются свободными и равными в своём достоинстве и правах.",
        "Они наделены разумом и совестью и должны поступать в отношении друг друга в духе братства.",
    )),
    ("Russian, Unix", "koi8_r", (
        "Машина стоит в цехе и проверяется каждый день; ключ лежит в конторе.",
        "Все люди рождаются свободными и равными в своём достоинстве и правах.",
        "Они наделены разумом и совестью и должны поступать в отношении друг друга в духе братства.",
    )),
    ("Russian, DOS", "cp866", (
        "Машина стоит в цехе и проверяется каждый день; ключ лежит в конторе.",
        "Все люди рождаются свободными и равными в своём достоинстве и правах.",
        "Они наделены разумом и совестью и должны поступать в отношении друг друга в духе братства.",
    )),
    ("Ukrainian", "cp1251", (
        "Машина стоїть у цеху й перевіряється щодня; ключ лежить у конторі.",
        "Всі люди народжуються вільними і рівними у своїй гідності та правах.",
        "Вони наділені розумом і совістю і повинні діяти у відношенні один до одного в дусі братерства.",
    )),
    ("Bulgarian", "cp1251", (
        "Машината стои в халето и се проверява всеки ден; ключът лежи в канцеларията.",
        "Всички хора се раждат свободни и равни по достойнство и права.",
        "Те са надарени с разум и съвест и следва да се отнасят помежду си в дух на братство.",
    )),
    ("Serbian", "cp1251", (
        "Машина стоји у хали и проверава се сваки дан; кључ лежи у канцеларији.",
        "Сва људска бића рађају се слободна и једнака у достојанству и правима.",
        "Она су обдарена разумом и свешћу и треба једни према другима да поступају у духу братства.",
    )),
    ("Greek", "cp1253", (
        "Η μηχανή βρίσκεται στην αίθουσα και ελέγχεται κάθε μέρα· το κλειδί είναι στο γραφείο.",
        "Όλοι οι άνθρωποι γεννιούνται ελεύθεροι και ίσοι στην αξιοπρέπεια και τα δικαιώματα.",
        "Είναι προικισμένοι με λογική και συνείδηση, και οφείλουν να συμπεριφέρονται μεταξύ τους με "
        "πνεύμα αδελφοσύνης.",
    )),
    ("Turkish", "cp1254", (
        "Makine salonda duruyor ve her gün denetleniyor; anahtar müdürün odasındaki çekmecede, şimdi alınız.",
        "Bütün insanlar hür, haysiyet ve haklar bakımından eşit doğarlar.",
        "Akıl ve vicdana sahiptirler ve birbirlerine karşı kardeşlik zihniyeti ile hareket etmelidirler.",
    )),
    ("Hebrew", "cp1255", (
        "המכונה עומדת באולם ונבדקת בכל יום; המפתח מונח במשרד.",
        "כל בני האדם נולדו בני חורין ושווים בערכם ובזכויותיהם.",
        "כולם חוננו בתבונה ובמצפון, לפיכך חובה עליהם לנהוג איש ברעהו ברוח של אחווה.",
    )),
    ("Arabic", "cp1256", (
        "الآلة في القاعة ويتم فحصها كل يوم، والمفتاح في المكتب.",
        "يولد جميع الناس أحراراً متساوين في الكرامة والحقوق.",
        "وقد وهبوا عقلاً وضميراً وعليهم أن يعامل بعضهم بعضاً بروح الإخاء.",
    )),
    ("Lithuanian", "cp1257", (
        "Mašina stovi salėje ir tikrinama kiekvieną dieną; raktas guli kontoroje, kur jį saugo viršininkas.",
        "Visi žmonės gimsta laisvi ir lygūs savo orumu ir teisėmis.",
        "Jiems suteiktas protas ir sąžinė, ir jie turi elgtis vienas kito atžvilgiu kaip broliai, jų šeimoje.",
    )),
    ("Latvian", "cp1257", (
        "Mašīna stāv hallē un tiek pārbaudīta katru dienu; atslēga atrodas birojā.",
        "Visi cilvēki piedzimst brīvi un vienlīdzīgi savā pašcieņā un tiesībās.",
        "Viņi ir apveltīti ar saprātu un sirdsapziņu, un viņiem jāizturas citam pret citu brālības garā.",
    )),
    ("Estonian", "cp1257", (
        "Masin seisab hallis ja seda kontrollitakse iga päev; võti on töödejuhataja käes.",
        "Kõik inimesed sünnivad vabadena ja võrdsetena oma väärikuselt ja õigustelt.",
        "Neile on antud mõistus ja südametunnistus ja nende suhtumist üksteisesse peab kandma vendluse vaim.",
    )),
    ("Thai", "cp874", (
        "เครื่องจักรตั้งอยู่ในโรงงานและได้รับการตรวจสอบทุกวัน",
        "มนุษย์ทั้งหลายเกิดมามีอิสระและเสมอภาคกันในเกียรติศักดิ์และสิทธิ",
        "ต่างมีเหตุผลและมโนธรรม และควรปฏิบัติต่อกันด้วยเจตนารมณ์แห่งภราดรภาพ",
    )),
    ("Japanese", "cp932", (
        "機械は工場にあり、毎日点検されます。鍵は事務所にあります。",
        "すべての人間は、生まれながらにして自由であり、かつ、尊厳と権利とについて平等である。",
        "人間は、理性と良心とを授けられており、互いに同胞の精神をもって行動しなければならない。",
    )),
    ("Japanese, Unix", "euc_jp", (
        "機械は工場にあり、毎日点検されます。鍵は事務所にあります。",
        "すべての人間は、生まれながらにして自由であり、かつ、尊厳と権利とについて平等である。",
        "人間は、理性と良心とを授けられており、互いに同胞の精神をもって行動しなければならない。",
    )),
    ("Chinese, simplified", "gb18030", (
        "机器放在车间里，每天检查一次，钥匙在办公室。",
        "人人生而自由，在尊严和权利上一律平等。",
        "他们赋有理性和良心，并应以兄弟关系的精神相对待。",
    )),
    ("Chinese, traditional", "big5", (
        "機器放在車間裡，每天檢查一次，鑰匙在辦公室。",
        "人人生而自由，在尊嚴和權利上一律平等。",
        "他們賦有理性和良心，並應以兄弟關係的精神相對待。",
    )),
    ("Korean", "cp949", (
        "기계는 공장에 있으며 매일 점검을 받습니다. 열쇠는 사무실에 있습니다.",
        "모든 인간은 태어날 때부터 자유로우며 그 존엄과 권리에 있어 동등하다.",
        "인간은 천부적으로 이성과 양심을 부여받았으며 서로 형제애의 정신으로 행동하여야 한다.",
    )),
)
