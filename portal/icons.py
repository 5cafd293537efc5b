"""Line icons, drawn on 24 × 24."""

ICONS = {
    "home": '<path d="M4 11.5 12 4l8 7.5M6.5 9.5V20h11V9.5M10 20v-5h4v5"/>',
    "friends": (
        '<circle cx="9" cy="8" r="3.5"/><path d="M2.5 20c.5-4 3-6 6.5-6s6 2 6.5 6'
        'M16 5a3.5 3.5 0 0 1 0 6.5M18 14.5c2 .8 3.2 2.6 3.5 5.5"/>'
    ),
    "gift": (
        '<path d="M4 12v8h16v-8M3 8h18v4H3zM12 8v12M12 8c-1-3-2.5-4.5-4.2-4.5S5 6 6.5 7.2C7.5 8 12 8 12 8Z'
        'm0 0c1-3 2.5-4.5 4.2-4.5S19 6 17.5 7.2C16.5 8 12 8 12 8Z"/>'
    ),
    "ticket": '<path d="M3 7h18v3.5a1.5 1.5 0 0 0 0 3V17H3v-3.5a1.5 1.5 0 0 0 0-3zM14 7v2m0 2.5v1m0 2.5v2"/>',
    "person": '<circle cx="12" cy="8" r="4"/><path d="M4.5 20.5c.6-4.4 3.4-6.5 7.5-6.5s6.9 2.1 7.5 6.5"/>',
    "share": '<path d="M12 15V3.5M7.5 8 12 3.5 16.5 8M5 12v8h14v-8"/>',
    "copy": '<rect x="8.5" y="8.5" width="11" height="11" rx="2"/><path d="M5.5 15.5h-1v-11h11v1"/>',
    "check": '<path d="m5 12.5 4.5 4.5L19 7"/>',
    "cross": '<path d="m6.5 6.5 11 11m0-11-11 11"/>',
    "clock": '<circle cx="12" cy="12" r="8.5"/><path d="M12 7v5l3.5 2"/>',
    "back": '<path d="M14.5 5.5 8 12l6.5 6.5"/>',
    "mail": '<rect x="3" y="5.5" width="18" height="13" rx="2"/><path d="m3.5 7.5 8.5 6 8.5-6"/>',
    "search": '<circle cx="11" cy="11" r="6.5"/><path d="m16 16 4.5 4.5"/>',
    "rest": '<path d="M12 3.5a8.5 8.5 0 1 0 8.5 8.5A6.5 6.5 0 0 1 12 3.5Z"/>',
    "list": '<path d="M8.5 6.5H20M8.5 12H20M8.5 17.5H20M4 6.5h.01M4 12h.01M4 17.5h.01"/>',
    "down": '<path d="M12 4v11.5M7.5 11 12 15.5 16.5 11M5 20h14"/>',
    "dots": '<path d="M5.5 12h.01M12 12h.01M18.5 12h.01" stroke-width="3.5"/>',
    "minus": '<path d="M6 12h12"/>',
}
