
const filter = document.getElementById('filter');
if (filter) {
  const all = [...document.querySelectorAll('#alerts > li')];
  const texts = all.map(alert => alert.textContent.toLowerCase());
  const show = () => {
    const words = filter.value.toLowerCase().split(/\s+/).filter(word => word);
    let found = 0;
    all.forEach((alert, at) => {
      const is = words.every(word => texts[at].includes(word));
      alert.hidden = !is;
      found += is;
    });
    document.getElementById('found').textContent = words.length ? `${found} of ${all.length}` : '';
  };
  filter.addEventListener('input', show);
  // The address may say what to look for: page.html#StopLogging.
  const asked = () => {
    try {
      filter.value = decodeURIComponent(location.hash.slice(1));
    } catch {
      filter.value = location.hash.slice(1);
    }
    show();
  };
  window.addEventListener('hashchange', asked);
  asked();
  document.querySelectorAll('button.only').forEach(button => button.addEventListener('click', () => {
    filter.value = button.dataset.rule;
    show();
    filter.scrollIntoView({ block: 'start' });
  }));
}
